import { SourceFileSchema } from '@probepad/protocol/control/run';
import { SnippetSettingsSchema } from '@probepad/protocol/control/snippet';
import { FRAGMENT_MAX, SNIPPET_FILES_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import * as z from 'zod/mini';

/** What a link's fragment holds: a whole small probe, which never reaches a server. */
const PackedSchema = z.object({
  v: z.literal(1),
  name: z.string().check(z.maxLength(120)),
  files: z.array(SourceFileSchema).check(z.minLength(1), z.maxLength(SNIPPET_FILES_MAX)),
  settings: SnippetSettingsSchema,
});
export type Packed = z.infer<typeof PackedSchema>;

const PREFIX = '#p=';

/** A probe as a link's fragment: JSON, deflated (RFC 1951), base64url (RFC 4648 §5). Undefined when it is too large. */
export async function packFragment(probe: Omit<Packed, 'v'>): Promise<string | undefined> {
  const { name, files, settings } = probe;
  const text = JSON.stringify({ v: 1, name, files, settings });
  const packed = toBase64Url(
    await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw')),
  );
  return packed.length > FRAGMENT_MAX ? undefined : PREFIX + packed;
}

/** The probe in a fragment; undefined when the fragment holds none. @throws Error when it is damaged or too large */
export async function unpackFragment(fragment: string): Promise<Packed | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  const packed = fragment.slice(PREFIX.length);
  if (packed.length > FRAGMENT_MAX) throw new Error('the link is too long');
  try {
    const bytes = await through(fromBase64Url(packed), new DecompressionStream('deflate-raw'), SNIPPET_MAX);
    return PackedSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new Error('the link is damaged: a part of it may be missing', { cause });
  }
}

/** Pipes bytes through a stream. @throws Error when more than `most` come out, as a small link may inflate to anything */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: { readable: ReadableStream; writable: WritableStream },
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > most) {
      await reader.cancel();
      throw new Error('the link holds too much');
    }
    chunks.push(value);
  }
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
