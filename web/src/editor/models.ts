import type { SourceFile } from '@probepad/protocol/control/run';
import { errorInReply } from '../session/http-error.ts';
import { editFile } from '../session/workspace.ts';
import { LANGUAGE, monaco } from './monaco.ts';

type Model = monaco.editor.ITextModel;

/** Tabs as the kernel has them, drawn four wide: a program stands in half a window here. */
const TEXT_OPTIONS = {
  tabSize: 4,
  insertSpaces: false,
  bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
};

/** The editor's text of a file. Lower-case scheme and host: Monaco's language services expect it. */
function uriOf(name: string): monaco.Uri {
  return monaco.Uri.from({ scheme: 'file', path: `/probe/${name}` });
}

export function modelOf(name: string): Model | null {
  return monaco.editor.getModel(uriOf(name));
}

/** Makes the editor's models those of these files: made, changed and disposed of as needed. */
export function syncModels(files: readonly SourceFile[]): void {
  for (const { name, text } of files) {
    const known = modelOf(name);
    if (known) {
      if (known.getValue() !== text) known.setValue(text);
      continue;
    }
    const model = monaco.editor.createModel(text, LANGUAGE, uriOf(name));
    model.updateOptions(TEXT_OPTIONS);
    model.onDidChangeContent(({ isFlush }) => {
      editFile(name, model.getValue(), !isFlush);
    });
  }
  const wanted = new Set(files.map(({ name }) => uriOf(name).toString()));
  for (const model of monaco.editor.getModels()) {
    if (model.uri.path.startsWith('/probe/') && !wanted.has(model.uri.toString())) model.dispose();
  }
}

const headers = new Map<string, Promise<Model>>();

/** The vmlinux.h of a host's kernel, whose BTF has the identity `btf`; fetched when first asked for. @throws Error in words for people */
export function headerModel(host: string, btf: string): Promise<Model> {
  const key = btf || host;
  const known = headers.get(key);
  if (known) return known;
  const loading = loadHeader(host, key);
  headers.set(key, loading);
  loading.catch(() => headers.delete(key));
  return loading;
}

async function loadHeader(host: string, key: string): Promise<Model> {
  const reply = await fetch(`/api/hosts/${encodeURIComponent(host)}/vmlinux.h`);
  const text = await reply.text();
  if (!reply.ok) {
    const error = errorInReply(text);
    throw new Error(error ? `${error.message}. ${error.remedy}` : `loading vmlinux.h: ${reply.statusText}`);
  }
  const uri = monaco.Uri.from({ scheme: 'file', path: `/kernel/${key}/vmlinux.h` });
  const model = monaco.editor.createModel(text, LANGUAGE, uri);
  model.updateOptions(TEXT_OPTIONS);
  return model;
}
