import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianMirrors, parseDeb822Sources, parseOneLineSources } from './apt-sources.mjs';

test('one-line sources: options and comments are passed over', () => {
  const text = `# deb http://no.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
`;
  assert.deepEqual(parseOneLineSources(text), [
    { uri: 'http://mirror.example/debian', suites: ['bookworm'] },
    { uri: 'http://security.example/debian-security', suites: ['bookworm-security'] },
  ]);
});

test('deb822 sources: continued fields, several URIs, disabled stanzas', () => {
  const text = `Types: deb deb-src
# a comment
URIs: http://a.example/debian
 http://b.example/debian
Suites: bookworm bookworm-updates

Types: deb
URIs: http://c.example/debian
Suites: sid
Enabled: no
`;
  assert.deepEqual(parseDeb822Sources(text), [
    { uri: 'http://a.example/debian', suites: ['bookworm', 'bookworm-updates'] },
    { uri: 'http://b.example/debian', suites: ['bookworm', 'bookworm-updates'] },
  ]);
});

test('the mirrors are the machine’s, or Debian’s own', () => {
  const sources = parseOneLineSources(`deb http://apt.example/other stable main
deb http://mirror.example/debian/ bookworm main
deb http://mirror.example/debian-security bookworm-security main`);
  assert.deepEqual(debianMirrors(sources), {
    archive: 'http://mirror.example/debian',
    security: 'http://mirror.example/debian-security',
  });
  assert.deepEqual(debianMirrors([]), {
    archive: 'http://deb.debian.org/debian',
    security: 'http://deb.debian.org/debian-security',
  });
});
