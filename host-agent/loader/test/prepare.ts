import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before } from 'node:test';

const folder = path.resolve(import.meta.dirname, '..');

/** Builds the sanitized loader and vmlinux.h of this kernel, once for a test file. */
export function prepare(): void {
  before(() => {
    const made = spawnSync('make', ['-C', folder, '-j2', 'all', 'build/probepad-loader-sanitized'], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`make: ${made.stderr}`);
    const header = path.join(folder, 'build/fixtures/vmlinux.h');
    if (existsSync(header)) return;
    const dumped = spawnSync(path.join(folder, 'build/probepad-loader'), ['dump-btf'], {
      maxBuffer: 64 << 20,
    });
    if (dumped.status !== 0) throw new Error(`dump-btf: ${dumped.stderr}`);
    mkdirSync(path.dirname(header), { recursive: true });
    writeFileSync(header, dumped.stdout);
  });
}
