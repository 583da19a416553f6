/**
 * The ELF image inside a compressed kernel image. QEMU starts it directly (PVH), which saves the guest the
 * decompression: seconds under emulation.
 */
import { spawnSync } from 'node:child_process';
import { zstdDecompressSync } from 'node:zlib';

const SECTOR_BYTES = 512;

/** Offsets in the real-mode header, protocol 2.08: Documentation/arch/x86/boot.rst in the kernel's source. */
const SETUP_SECTORS = 0x1f1;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;

/** The payload ends with its unpacked size, u32, which is not part of the compressed stream. */
const SIZE_BYTES = 4;

const XZ_MAGIC = 0xfd377a58;
const ZSTD_MAGIC = 0x28b52ffd;
const ELF_MAGIC = 0x7f454c46;

/** Throws when the image is compressed in a way that Debian's kernels of today aren't. */
export function vmlinuxOf(image: Buffer): Buffer {
  const start =
    ((image.readUInt8(SETUP_SECTORS) || 4) + 1) * SECTOR_BYTES + image.readUInt32LE(PAYLOAD_OFFSET);
  const payload = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH) - SIZE_BYTES);
  const vmlinux = decompress(payload);
  if (vmlinux.readUInt32BE(0) !== ELF_MAGIC) throw new Error('unpacking the kernel image: no ELF file in it');
  return vmlinux;
}

function decompress(payload: Buffer): Buffer {
  const magic = payload.readUInt32BE(0);
  if (magic === ZSTD_MAGIC) return zstdDecompressSync(payload);
  if (magic !== XZ_MAGIC)
    throw new Error(`unpacking the kernel image: unknown compression ${magic.toString(16)}`);
  const unxz = spawnSync('xz', ['--decompress', '--stdout'], {
    input: payload,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (unxz.status !== 0) throw new Error(`unpacking the kernel image: ${unxz.error ?? unxz.stderr}`);
  return unxz.stdout;
}
