import { WorkbenchLoader } from './workbench-loader.tsx';

export default function Page() {
  return <WorkbenchLoader target={{ kind: 'home' }} />;
}
