import { WorkbenchLoader } from '../../workbench-loader.tsx';

/** A link to a run: watches it. */
export default async function Page({ params }: { params: Promise<{ run: string }> }) {
  const { run } = await params;
  return <WorkbenchLoader target={{ kind: 'run', id: decodeURIComponent(run) }} />;
}
