'use client';

import dynamic from 'next/dynamic';
import type { Target } from './workbench/opening.ts';

/** The workbench lives in the browser alone: its first render depends on what is kept there. */
const Workbench = dynamic(() => import('./workbench/workbench.tsx').then((module) => module.Workbench), {
  ssr: false,
  loading: () => <p style={{ padding: '1.2rem', color: 'var(--ink-3)' }}>Loading Probepad…</p>,
});

export function WorkbenchLoader({ target }: { target: Target }) {
  return <Workbench target={target} />;
}
