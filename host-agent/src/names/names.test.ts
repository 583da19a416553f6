import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import { cgroupRoot } from '../runs/surroundings.ts';
import { createNames, type Names } from './names.ts';
import { type Built, buildFolder, type Started, startTarget } from './test/target.ts';
import { liveMappings } from './user/mapped-file.ts';
import { createSymbolReader } from './user/symbol-reader.ts';
import { readSymbolTable } from './user/symbol-table.ts';

const LOADER = join(import.meta.dirname, '../../loader/build/probepad-loader');

let built: Built;
let names: Names;
const log: string[] = [];

before(() => {
  built = buildFolder();
  names = namesOf({ names: true, userSymbols: ['*'] });
});
after(() => {
  names.close();
  built[Symbol.dispose]();
});

function namesOf(allowed: { names: boolean; userSymbols: readonly string[] }): Names {
  const root = cgroupRoot();
  return createNames({
    loaderPath: LOADER,
    hostRoot: '',
    cgroupRoot: root,
    allowed,
    log: (line) => log.push(line),
  });
}

/** Asks until the host has no more to tell. */
async function allOf(asked: NamesAsked[], from = names): Promise<NamesFound> {
  for (;;) {
    const { names: found, more } = await from.resolve(asked);
    if (more !== true) return found;
  }
}

/** What each address of a target is called, with the offset given. */
async function symbolsOf({ pid, addresses }: Started, offset = 0n, from = names) {
  const values = Object.values(addresses).map((address) => String(address + offset));
  const found = await allOf([{ kind: 'user_symbol', pid, values }], from);
  return Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => [
      name,
      found.find(({ value }) => value === String(address + offset)),
    ]),
  );
}

for (const [kind, flags] of [
  ['a position-independent program', ['-fPIE', '-pie']],
  ['a program at fixed addresses', ['-no-pie', '-fno-pie']],
  ['a static program', ['-static']],
  ['a program without debug information', ['-g', '-Wl,--strip-debug']],
] as const) {
  test(`functions of ${kind} have their names`, async () => {
    const path = built.target(`target-${flags.join('')}`.replace(/[^\w-]/g, ''), flags);
    const target = await startTarget(path);
    const found = await symbolsOf(target, 1n);
    await target.end();
    assert.equal(found.known?.text, 'known_function+0x1');
    assert.equal(found.known?.symbol, 'known_function');
    assert.equal(found.local?.symbol, 'local_function');
    assert.equal(found.mangled?.symbol, 'shop::basket::total(int)');
    assert.equal(found.rust?.symbol, 'crate::item::cost');
    assert.match(found.known?.detail ?? '', /target-.*build id [0-9a-f]{40}$/);
  });
}

test('functions of a shared library and of libc have theirs', async () => {
  const library = built.target('libours.so', ['-shared', '-fPIC'], 'library.c');
  const path = built.target('with-library', [
    '-DLIBRARY',
    '-L',
    built.folder,
    '-lours',
    `-Wl,-rpath,${built.folder}`,
  ]);
  assert.ok(existsSync(library));
  const target = await startTarget(path);
  const { library: found } = await symbolsOf(target);
  await target.end();
  assert.equal(found?.text, 'from_library');
  assert.equal(found?.object, 'libours.so');
});

test('a stripped program is named by its file, never by a wrong function', async () => {
  const target = await startTarget(built.target('stripped', ['-s']));
  const { known } = await symbolsOf(target);
  await target.end();
  assert.match(known?.text ?? '', /^stripped\+0x[0-9a-f]+$/);
  assert.equal(known?.symbol, undefined);
});

test('an address where a process has no code is of no function', async (t) => {
  const target = await startTarget(built.target('no-code'));
  t.after(() => target.end());
  const ask = (pid: number) => allOf([{ kind: 'user_symbol', pid, values: ['4096'] }]);
  assert.deepEqual(
    (await ask(target.pid)).map(({ text, symbol, object }) => [text, symbol, object]),
    [['[unknown]', undefined, undefined]],
  );
  // Nobody knows what a process that was never seen had there.
  assert.deepEqual(await ask(2 ** 22 + 1), []);
});

test('a place in a file has its name by the build id, while some process has the file mapped', async (t) => {
  await namedBy('5eed'.repeat(10), t);
  // The kernel hands out a shorter one with zeros behind it.
  await namedBy('d1ce'.repeat(4), t);
});

async function namedBy(ownId: string, t: TestContext): Promise<void> {
  const name = `by-build-id-of-${ownId.length}`;
  const target = await startTarget(built.target(name, [`-Wl,--build-id=0x${ownId}`]));
  t.after(() => target.end());
  const { known } = await symbolsOf(target);
  assert.match(known?.detail ?? '', new RegExp(`build id ${ownId}$`));
  const buildId = ownId.padEnd(40, '0');
  const address = target.addresses.known ?? 0n;
  const mapping = (await liveMappings(target.pid)).find(
    ({ start, end }) => start <= address && address < end,
  );
  assert.ok(mapping);
  const value = String(address - mapping.start + mapping.offset);
  const found = await allOf([{ kind: 'file_symbol', buildId, values: [value] }]);
  assert.deepEqual(
    found.map((each) => [each.buildId, each.value, each.text, each.object]),
    [[buildId, value, 'known_function', name]],
  );
  const another = buildId.replace(/./g, (digit) => (digit === '0' ? '1' : '0'));
  assert.deepEqual(await allOf([{ kind: 'file_symbol', buildId: another, values: [value] }]), []);
}

/** A target that began and ended under the watch, which is there when it has told of one. */
async function goneTarget(path: string): Promise<Started> {
  for (;;) {
    const target = await startTarget(path, true);
    if ((await symbolsOf(target)).known !== undefined) return target;
  }
}

test('a process that ends at once has names afterwards, of its functions and its own', async () => {
  const path = built.target('short-lived');
  const release = names.watch();
  const target = await goneTarget(path);
  const found = await symbolsOf(target);
  assert.equal(existsSync(`/proc/${target.pid}`), false);
  assert.equal(found.known?.text, 'known_function');
  const processes = await allOf([{ kind: 'process', values: [String(target.pid)] }]);
  assert.equal(processes[0]?.text, 'short-lived');
  release();
});

test('a file that was deleted since keeps its names, for who asked once', async () => {
  const path = built.target('deleted');
  const release = names.watch();
  const target = await goneTarget(path);
  rmSync(path);
  assert.equal((await symbolsOf(target, 3n)).known?.symbol, 'known_function');
  release();
});

test('a file that took the place of the mapped one is not read', async () => {
  const path = built.target('replaced');
  const other = built.target('other', ['-Dknown_function=wrong_function']);
  const release = names.watch();
  // The watch stands, and of the next one no name was asked while its file was there.
  await goneTarget(path);
  const target = await startTarget(path, true);
  // Another file under the same name: another inode.
  for (const command of [
    ['mv', other, path],
    ['ln', '-sf', '/proc/self/exe', path],
    ['ln', '-sf', '/dev/zero', path],
  ]) {
    execFileSync(command[0] as string, command.slice(1));
    const { known } = await symbolsOf(target, 2n);
    assert.match(known?.text ?? '', /^replaced\+0x/, command.join(' '));
    assert.equal(known?.symbol, undefined, command.join(' '));
  }
  release();
});

test('the kernel, users, groups, devices and processes are called what this machine calls them', async () => {
  const line = readFileSync('/proc/kallsyms', 'latin1')
    .split('\n')
    .find((each) => each.endsWith(' T vfs_read'));
  const address = BigInt(`0x${line?.slice(0, 16)}`);
  const { dev } = statSync('/dev/null', { bigint: true });
  assert.ok(dev > 0n);
  names.addMaps([{ id: 7, name: 'counts' }]);
  const found = await allOf([
    { kind: 'kernel_symbol', values: [String(address), String(address + 4n), '0', String(1n << 40n)] },
    { kind: 'user', values: ['0', '4000000000'] },
    { kind: 'group', values: ['0'] },
    { kind: 'device', values: [String((1n << 20n) | 3n)] },
    { kind: 'process', values: [String(process.pid), '2147483647'] },
    { kind: 'map', values: ['7', '8'] },
  ]);
  const texts = found.map(({ kind, text }) => `${kind} ${text}`);
  assert.deepEqual(texts.toSorted(), [
    'device null',
    'group root',
    'kernel_symbol vfs_read',
    'kernel_symbol vfs_read+0x4',
    'map counts',
    `process ${readFileSync('/proc/self/comm', 'utf8').trim()}`,
    'user root',
  ]);
});

test('a cgroup keeps its name after it was removed', {
  skip: userInfo().uid !== 0 || cgroupRoot() === undefined,
}, async () => {
  const root = cgroupRoot() as string;
  const id = 'ab'.repeat(32);
  const unit = join(root, `probepad-test-${process.pid}.service`);
  const container = join(root, `probepad-test-${process.pid}.slice`);
  const scope = join(container, `docker-${id}.scope`);
  for (const folder of [unit, container, scope]) mkdirSync(folder);
  try {
    const inodes = [unit, scope].map((folder) => String(statSync(folder, { bigint: true }).ino));
    const ask = async () =>
      (await names.resolve([{ kind: 'cgroup', values: inodes }])).names.map(({ text }) => text);
    let told = await ask();
    // A walk for unknown groups comes once a second at most.
    while (told.length < 2) told = await ask();
    assert.deepEqual(told, [`probepad-test-${process.pid}.service`, id.slice(0, 12)]);
    for (const folder of [scope, container, unit]) rmdirSync(folder);
    assert.deepEqual(await ask(), told);
  } finally {
    for (const folder of [scope, container, unit]) if (existsSync(folder)) rmdirSync(folder);
  }
});

test('the policy says whether names are told, and of whose processes', async (t) => {
  const target = await startTarget(built.target('policy'));
  t.after(() => target.end());
  const none = namesOf({ names: false, userSymbols: ['*'] });
  assert.deepEqual(await none.resolve([{ kind: 'user', values: ['0'] }]), { names: [] });
  const others = namesOf({ names: true, userSymbols: ['daemon', 'www-*'] });
  assert.equal((await symbolsOf(target, 0n, others)).known, undefined);
  const own = namesOf({ names: true, userSymbols: [userInfo().username] });
  assert.equal((await symbolsOf(target, 0n, own)).known?.symbol, 'known_function');
});

test('files that were made to break readers give nothing or their own, in bounded time', async () => {
  const whole = readFileSync(built.target('hostile-base'));
  // Offsets of struct Elf64_Ehdr: e_shoff, e_shnum; then what lies behind the headers. Source: elf(5).
  const spoilers: Record<string, (bytes: Buffer) => void> = {
    'sections far away': (bytes) => void bytes.writeBigUInt64LE(0xffff_ffff_ffff_f000n, 0x28),
    'sections without end': (bytes) => void bytes.writeUInt16LE(0xffff, 0x3c),
    'noise behind the headers': (bytes) => void bytes.fill(0xff, 0x200, 0x1000),
    'noise all over': (bytes) => void randomFillSync(bytes, 0x40),
    'symbols without end': (bytes) => endlessSymbols(bytes),
  };
  const reader = await createSymbolReader(LOADER);
  const tableOf = async (bytes: Buffer) => {
    const path = join(built.folder, 'hostile');
    writeFileSync(path, bytes);
    await using file = await open(path);
    return await reader?.read(file.fd);
  };
  for (const [name, spoil] of Object.entries(spoilers)) {
    const bytes = Buffer.from(whole);
    spoil(bytes);
    const table = await tableOf(bytes);
    assert.ok((table?.size ?? 0) < 1_000_000, name);
    assert.doesNotThrow(() => table?.find(0x1200n), name);
  }
  await tableOf(whole.subarray(0, whole.length >> 1));
  await tableOf(Buffer.alloc(0));
  // The reader is as it was.
  assert.ok(((await tableOf(whole))?.size ?? 0) > 1_000);
});

test('tables that say more than there is are none', async () => {
  await using file = await open(built.target('whole'));
  const whole = execFileSync(join(dirname(LOADER), 'probepad-symbols'), { stdio: [file.fd, 'pipe', 'pipe'] });
  assert.ok(readSymbolTable(whole));
  assert.equal(readSymbolTable(whole.subarray(0, -1)), undefined);
  assert.equal(readSymbolTable(Buffer.alloc(0)), undefined);
  const tooMany = Buffer.from(whole);
  tooMany.writeUInt32LE(0xffff_ffff, 8);
  assert.equal(readSymbolTable(tooMany), undefined);
  const noise = Buffer.from(whole);
  randomFillSync(noise, 24);
  const table = readSymbolTable(noise);
  for (let offset = 0n; offset < 0x4000n; offset += 0x10n) assert.doesNotThrow(() => table?.find(offset));
});

/** A symbol table that says that it goes on for 2^40 bytes. */
function endlessSymbols(bytes: Buffer): void {
  const sections = Number(bytes.readBigUInt64LE(0x28));
  for (let at = sections; at + 0x40 <= bytes.length; at += 0x40) {
    if (bytes.readUInt32LE(at + 4) === 2) bytes.writeBigUInt64LE(1n << 40n, at + 0x20);
  }
}
