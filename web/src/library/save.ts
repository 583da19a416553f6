import { request } from '../session/session.ts';
import { useWorkspace } from '../session/workspace.ts';
import { showPath } from './path.ts';

/**
 * Saves what is on screen: a new revision of its snippet, or a new snippet. What is opened or typed before the reply is not what
 * was saved, and stays as it is.
 * @returns the revision, and whether somebody else saved another since this one was opened @throws ProbepadFailure
 */
export async function saveSnippet(): Promise<Saved> {
  // What is asked for meanwhile is a revision of the snippet that comes of the first.
  while (underWay !== undefined) await underWay.catch(() => undefined);
  const saving = save();
  underWay = saving;
  try {
    return await saving;
  } finally {
    underWay = undefined;
  }
}

interface Saved {
  revision: number;
  overNewer: boolean;
}

let underWay: Promise<Saved> | undefined;

async function save(): Promise<Saved> {
  const { origin, name, files, settings, opening } = useWorkspace.getState();
  const saved = await request('snippets.save', {
    ...(origin.kind === 'snippet' ? { id: origin.id } : {}),
    name,
    files,
    settings,
  });
  const now = useWorkspace.getState();
  if (now.opening === opening) {
    const unchanged = now.name === name && now.files === files && now.settings === settings;
    useWorkspace.setState({
      origin: { kind: 'snippet', id: saved.id, revision: saved.revision },
      ...(unchanged ? { dirty: false } : {}),
    });
    showPath(`/s/${saved.id}`);
  }
  const overNewer = origin.kind === 'snippet' && saved.revision > origin.revision + 1;
  return { revision: saved.revision, overNewer };
}
