import Link from 'next/link';

export default function NotFound() {
  return (
    <main style={{ padding: '2rem' }}>
      <h1 style={{ fontSize: 'var(--text-xl)' }}>There is no such page</h1>
      <p>
        <Link href="/">Open the workbench</Link>
      </p>
    </main>
  );
}
