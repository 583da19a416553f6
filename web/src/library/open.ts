import type { Snippet, Template } from '../session/catalogue.ts';
import { request } from '../session/session.ts';
import { openProbe, type Probe, unshelve, useWorkspace } from '../session/workspace.ts';
import { toast } from '../ui/toast.tsx';
import { showPath } from './path.ts';

/** Puts a probe on screen; what was there and not saved can be had back. `unasked`: an address brought it. */
export function openWithWords(probe: Probe, unasked = false): void {
  if (!openProbe(probe, unasked)) return;
  toast({
    text: 'What you had not saved is kept.',
    action: { label: 'Bring it back', run: () => unshelve() },
  });
}

export function openTemplate(template: Template): void {
  openWithWords({
    name: template.title,
    files: template.files,
    settings: template.settings,
    origin: { kind: 'template', id: template.id },
  });
  showPath('/');
}

/** @throws ProbepadFailure when there is no such snippet */
export async function openSnippet(id: string, revision?: number): Promise<void> {
  const snippet = await request('snippets.get', revision === undefined ? { id } : { id, revision });
  openWithWords(probeOf(snippet));
  showPath(`/s/${id}`);
}

/**
 * Puts the newest revision of a snippet on screen, as its link asks. What has been typed since it was opened here stays, and a
 * newer revision is told of. @throws ProbepadFailure when there is no such snippet
 */
export async function openNewest(id: string): Promise<void> {
  const newest = await request('snippets.get', { id });
  const { origin, dirty } = useWorkspace.getState();
  const here = origin.kind === 'snippet' && origin.id === id ? origin.revision : undefined;
  if (here === newest.revision) return;
  if (here === undefined || !dirty) {
    openWithWords(probeOf(newest), true);
    return;
  }
  toast({
    text: `Revision ${newest.revision} has been saved since; this is revision ${here}, with your changes.`,
    action: { label: `Open revision ${newest.revision}`, run: () => openWithWords(probeOf(newest)) },
  });
}

function probeOf({ id, revision, name, files, settings }: Snippet): Probe {
  return { name, files, settings, origin: { kind: 'snippet', id, revision } };
}

/** A probe with nothing in it but what every one has. */
export function openBlank(): void {
  openWithWords({
    name: 'Untitled',
    files: [{ name: 'probe.bpf.c', text: BLANK }],
    settings: { params: {}, attach: {}, flags: [], seconds: 0, views: {} },
    origin: { kind: 'own' },
  });
  showPath('/');
}

const BLANK = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/sched/sched_process_exec")
int handle_exec(void *ctx)
{
	bpf_printk("exec by pid %d", (int)(bpf_get_current_pid_tgid() >> 32));
	return 0;
}
`;
