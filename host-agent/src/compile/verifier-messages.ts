/** What the verifier's commonest refusals mean. Source of the texts: kernel/bpf/verifier.c, 5.10 to 6.18. */
export type Explanation = { plain: string; remedy: string };

const EXPLANATIONS: readonly [RegExp, Explanation][] = [
  [
    /invalid mem access '(map_value|mem|ringbuf_mem|alloc_mem|sock|sock_common|tcp_sock|ptr|trusted_ptr|rcu_ptr|xdp_sock|dynptr_mem|rdonly_mem|rdwr_mem|percpu_ptr|alloc_mem)(_or_null)'/,
    {
      plain: 'The pointer may be NULL here',
      remedy: 'Compare it with NULL before its first use, and leave the function if it is NULL.',
    },
  ],
  [
    /invalid mem access '(scalar|inv)'/,
    {
      plain: 'The program follows an address that the verifier knows nothing about',
      remedy:
        'Read kernel memory with BPF_CORE_READ() or bpf_probe_read_kernel(), and user memory with bpf_probe_read_user().',
    },
  ],
  [
    /invalid access to map value|R\d+ (min|max) value is (outside|negative)|outside of the allowed memory range|invalid access to memory|unbounded memory access/,
    {
      plain: 'The access may lie outside of the value',
      remedy:
        'Check the index or length against the size first, or mask it: `index & (SIZE - 1)` with a power of two.',
    },
  ],
  [
    /(variable-offset|unbounded variable).*stack|invalid (indirect |variable-offset |unbounded )?(read|write|access)[\w\s-]* (from|to) stack|invalid stack (type|off)/,
    {
      plain: 'The access to the stack is not bounded, or reads what was never written',
      remedy: 'Set the variable before its use (`= {}`), and check an index against the size of the array.',
    },
  ],
  [
    /invalid access to packet/,
    {
      plain: 'The access may lie behind the end of the packet',
      remedy: 'Compare with data_end first: `if (data + sizeof(*header) > data_end) return …;`.',
    },
  ],
  [
    /invalid bpf_context access/,
    {
      plain: 'The program reads a part of its context that does not exist for this program type',
      remedy: 'Look at the context struct of this hook; its arguments may differ between kernels.',
    },
  ],
  [
    /BPF program is too large|too many (instructions|states)|The sequence of \d+ jumps is too complex/,
    {
      plain: 'The verifier gave up: too many paths through the program',
      remedy:
        'Give loops a constant bound, lower it, or use bpf_loop() or bpf_for(); move loops into functions of their own.',
    },
  ],
  [
    /back-edge from insn|infinite loop detected|loop detected/,
    {
      plain: 'The loop has no end that the verifier can see',
      remedy:
        'Give the loop a constant upper bound: `for (int i = 0; i < 64; i++)`, and leave it by `break`.',
    },
  ],
  [
    /combined stack size|stack depth|stack frame(s)? is|too many (frames|call frames)|the call stack of \d+ frames/,
    {
      plain: 'The functions of the program need more than the 512 bytes of stack together',
      remedy: 'Keep large variables in a BPF_MAP_TYPE_PERCPU_ARRAY map of one element.',
    },
  ],
  [
    /(unknown|invalid) func |program of this type cannot use helper|helper call is not allowed/,
    {
      plain: 'This helper does not exist here: the program type must not call it, or the kernel is too old',
      remedy: 'bpf-helpers(7) lists the program types and kernels of each helper.',
    },
  ],
  [
    /calling kernel function \S+ is not allowed|kfunc.*not allowed/,
    {
      plain: 'This program type must not call that kernel function',
      remedy:
        'Kernel functions are open to few program types: see the kernel’s Documentation/bpf/kfuncs.rst.',
    },
  ],
  [
    /GPL-restricted|cannot call GPL|from non-GPL/,
    {
      plain: 'The helper is only for programs with a GPL-compatible license',
      remedy: 'Add `char LICENSE[] SEC("license") = "GPL";`.',
    },
  ],
  [
    /R\d+ !read_ok/,
    {
      plain: 'A value is used that was never set',
      remedy: 'Set the variable on every path before its use, and return a value at the end of the program.',
    },
  ],
  [
    /Unreleased reference|reference leak|would lead to reference leak/,
    {
      plain: 'Something that was acquired is not given back on every path',
      remedy:
        'Call the release on every path: bpf_ringbuf_submit() or bpf_ringbuf_discard() after a reserve.',
    },
  ],
  [
    /(At program exit the register R0|R0 has .*should have been in|In async callback|unknown return value|At .* the register R0)/,
    {
      plain: 'The program returns a value that this hook does not allow',
      remedy: 'Return one of the values of this hook, usually 0.',
    },
  ],
  [
    /unreachable insn|jump out of range|last insn is not an exit/,
    {
      plain: 'A part of the program can never be reached',
      remedy: 'Remove code behind a return or an endless loop.',
    },
  ],
  [
    /R\d+ type=(\w+) expected=/,
    {
      plain: 'The helper gets an argument of another kind than it takes',
      remedy:
        'Compare the arguments with bpf-helpers(7): it may want a pointer to stack or map memory, or a context.',
    },
  ],
  [
    /R\d+ (invalid zero-sized read|unbounded|min value is negative)/,
    {
      plain: 'The length may be zero, negative or too large',
      remedy: 'Check the length against its bounds just before the call; use an unsigned type.',
    },
  ],
  [
    /(leaks addr|pointer (arithmetic|comparison) (on|with)? ?.*prohibited|R\d+ pointer arithmetic|bitwise operator .* on pointer prohibited|cannot write into|only read from|cannot modify)/,
    {
      plain: 'The program does with a pointer what it must not',
      remedy: 'Copy the value first; kernel memory that a pointer leads to can only be read.',
    },
  ],
  [
    /misaligned/,
    { plain: 'The access is not aligned', remedy: 'Align the struct, or read the value byte by byte.' },
  ],
  [
    /attach_btf_id|is not a kernel function|Attach to unsupported|not found in kernel BTF|has no btf|FENTRY\/FEXIT program can only/i,
    {
      plain: 'The function that the program attaches to is not there in this kernel’s BTF',
      remedy: 'Pick another function; it may be inlined, static or named differently in this kernel.',
    },
  ],
  [
    /Unsupported|unknown opcode|invalid BPF_\w+ opcode/,
    {
      plain: 'This kernel does not know an instruction of the program',
      remedy: 'Compile with -mcpu=v3 or older, or use a newer kernel.',
    },
  ],
];

/** What a refusal means, if it is a known one; `lines` are the verifier's last words. */
export function explain(lines: readonly string[]): Explanation | undefined {
  const text = lines.join('\n');
  return EXPLANATIONS.find(([pattern]) => pattern.test(text))?.[1];
}
