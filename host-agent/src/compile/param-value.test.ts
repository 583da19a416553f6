import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProbepadFailure } from '@probepad/protocol/errors';
import type { Param, Type } from '@probepad/protocol/schema';
import { encodeParam, formatValue } from './param-value.ts';

const types: Type[] = [
  { kind: 'int', name: 'int', size: 4, signed: true, encoding: 'integer' },
  { kind: 'int', name: 'unsigned char', size: 1, signed: false, encoding: 'integer' },
  { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' },
  { kind: 'int', name: '_Bool', size: 1, signed: false, encoding: 'bool' },
  { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' },
  { kind: 'array', element: 4, length: 16 },
  {
    kind: 'enum',
    name: 'mode',
    size: 4,
    signed: true,
    values: [
      ['OFF', '0'],
      ['BACK', '-2'],
    ],
  },
  { kind: 'float', name: 'double', size: 8 },
  { kind: 'array', element: 0, length: 3 },
  {
    kind: 'struct',
    name: 'pair',
    size: 8,
    members: [
      { name: 'a', type: 0, offsetBits: 0 },
      { name: 'b', type: 1, offsetBits: 32 },
      { name: 'flag', type: 1, offsetBits: 40, bitSize: 1 },
    ],
  },
  { kind: 'typedef', name: 'u8', target: 1 },
  { kind: 'pointer', target: 0 },
];
const SIZES = [4, 1, 8, 1, 1, 16, 4, 8, 12, 8, 1, 8];
const params: Param[] = SIZES.map((size, type) => ({
  name: `p${type}`,
  section: '.rodata',
  offset: type * 100,
  size,
  type,
  initial: '',
}));

function hex(type: number, text: string): string {
  return encodeParam({ params, types }, `p${type}`, text).bytes;
}

test('values in C notation become bytes, and are printed as they are written', () => {
  const rows: [type: number, text: string, bytes: string, printed?: string][] = [
    [0, '42', '2a000000'],
    [0, '-1', 'ffffffff'],
    [0, '0x7fffffff', 'ffffff7f', '2147483647'],
    [0, '010', '08000000', '8'],
    [0, "'a'", '61000000', '97'],
    [0, '1UL', '01000000', '1'],
    [1, '255', 'ff'],
    [10, '7', '07'],
    [2, '18446744073709551615', 'ffffffffffffffff'],
    [3, 'true', '01'],
    [3, '0', '00', 'false'],
    [5, 'bash', '62617368000000000000000000000000'],
    [5, '"a b"', '61206200000000000000000000000000'],
    [5, '', '00000000000000000000000000000000'],
    [5, '"\\n"', '0a000000000000000000000000000000'],
    [6, 'BACK', 'feffffff'],
    [6, '3', '03000000'],
    [7, '1.5', '000000000000f83f'],
    [8, '{1, -2}', '01000000feffffff00000000'],
    [9, '{3, 4}', '0300000004000000', '{a = 3, b = 4}'],
    [9, '{.b = 4}', '0000000004000000', '{a = 0, b = 4}'],
    [11, '0xffff', 'ffff000000000000'],
  ];
  for (const [type, text, bytes, printed = text] of rows) {
    assert.equal(hex(type, text), bytes, text);
    assert.equal(formatValue(types, type, Buffer.from(bytes, 'hex'), true), printed, text);
  }
  assert.deepEqual(encodeParam({ params, types }, 'p1', '1'), {
    section: '.rodata',
    offset: 100,
    bytes: '01',
  });
});

test('what does not fit is refused with its reason', () => {
  const rows: [type: number, text: string, reason: RegExp][] = [
    [0, '2147483648', /not between/],
    [0, 'many', /no integer/],
    [0, '', /no integer/],
    [0, '1 2', /no integer/],
    [1, '-1', /not between 0 and 255/],
    [3, '2', /not between 0 and 1/],
    [5, 'sixteen_letters_', /16 bytes where 15 fit/],
    [6, 'NONE', /one of OFF, BACK/],
    [7, 'x', /no number/],
    [8, '{1,2,3,4}', /4 elements where 3 fit/],
    [8, '1', /no list/],
    [8, '{1', /no list/],
    [8, '{{1}', /not closed/],
    [9, '{.c = 1}', /no member/],
    [9, '{.flag = 1}', /bitfield/],
  ];
  for (const [type, text, reason] of rows) {
    assert.throws(
      () => hex(type, text),
      (error) =>
        error instanceof ProbepadFailure &&
        error.error.code === 'bad_param' &&
        reason.test(error.error.message),
      text,
    );
  }
  assert.throws(() => encodeParam({ params, types }, 'absent', '1'), ProbepadFailure);
});
