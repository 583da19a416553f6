import type { NextConfig } from 'next';

/** The hub serves this build through its own server (`web/server`), so there is no rewrite and no header here. */
const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // The protocol package is TypeScript source.
  transpilePackages: ['@probepad/protocol'],
  images: { unoptimized: true },
};

export default config;
