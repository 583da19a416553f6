import { WorkbenchLoader } from '../../workbench-loader.tsx';

/** A link to a snippet: opens it, runs nothing. */
export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <WorkbenchLoader target={{ kind: 'snippet', id: decodeURIComponent(id) }} />;
}
