import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import '../src/ui/base.css';

export const metadata: Metadata = {
  title: 'Probepad',
  description: 'Write a BPF probe in C, run it on any host, watch typed live results.',
  icons: { icon: '/icon.svg' },
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

/** Sets the theme before the first paint; reads what `session/preferences.ts` keeps. */
const THEME_SCRIPT = `try{var p=JSON.parse(localStorage.getItem('probepad.preferences')||'{}').state||{};var r=document.documentElement;r.dataset.theme=p.theme||(matchMedia('(prefers-color-scheme: light)').matches?'light':'dark');r.style.setProperty('--scale',p.scale||1)}catch(e){}`;

/** The nonce that the hub put into this request's Content-Security-Policy. */
async function nonceOfRequest(): Promise<string | undefined> {
  const given = await headers();
  return (
    given.get('x-nonce') ??
    /'nonce-([^']+)'/.exec(given.get('content-security-policy') ?? '')?.[1] ??
    undefined
  );
}

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = await nonceOfRequest();
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file */}
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>{children}</body>
    </html>
  );
}
