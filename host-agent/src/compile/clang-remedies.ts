/** What to do about the compiler's commonest messages in BPF programs; the first that matches counts. */
const REMEDIES: readonly [RegExp, string][] = [
  [/'vmlinux\.h' file not found/, 'This host makes vmlinux.h from its kernel’s BTF, and has none.'],
  [
    /file not found at /,
    'A snippet can include its own files, vmlinux.h, <bpf/…>, <linux/…> and the C library’s headers.',
  ],
  [
    /unknown type name '(_*[us](8|16|32|64)|__be\d+|__le\d+|bool|size_t|pid_t)'/,
    'Put #include "vmlinux.h" first: it declares the kernel’s types.',
  ],
  [
    /(incomplete (definition of )?type|variable has incomplete type) 'struct (?!event)/,
    'Put #include "vmlinux.h" first: it declares the kernel’s structs. This kernel may also not have it.',
  ],
  [
    /(undeclared (function|identifier)|implicit declaration of function|unknown type name|type specifier missing.* at) '(SEC|bpf_(?!core_|probe_read_kernel_str_|endian)\w+|__uint|__type|__array|__always_inline)'/,
    'Put #include <bpf/bpf_helpers.h> after vmlinux.h: it declares the helpers, SEC() and map macros. A kernel function for BPF (kfunc) that vmlinux.h lacks needs a prototype: extern … __weak __ksym;',
  ],
  [
    /'(BPF_CORE_READ\w*|bpf_core_\w+)'/,
    'Put #include <bpf/bpf_core_read.h> there: it declares the CO-RE reads.',
  ],
  [
    /'(BPF_PROG|BPF_KPROBE\w*|BPF_KRETPROBE|BPF_KSYSCALL|PT_REGS_\w+)'/,
    'Put #include <bpf/bpf_tracing.h> there: it declares the wrappers of program arguments.',
  ],
  [
    /'(bpf_ntohs|bpf_htons|bpf_ntohl|bpf_htonl|bpf_cpu_to_\w+|bpf_be64_to_cpu)'/,
    'Put #include <bpf/bpf_endian.h> there.',
  ],
  [
    /undeclared identifier '(ETH_P_|AF_|IPPROTO_|TC_ACT_|O_|S_I|EPERM|E[A-Z]+)/,
    'BTF holds no macros, so vmlinux.h has none: #define this constant yourself.',
  ],
  [
    /BPF stack limit/,
    'A program has 512 bytes of stack: keep large variables in a BPF_MAP_TYPE_PERCPU_ARRAY map of one element.',
  ],
  [
    /built-in function '(memset|memcpy|memmove|memcmp|strlen|strcmp|strncmp)' is not supported/,
    'There is no C library in the kernel: use __builtin_memset or __builtin_memcpy with a constant size, or a bounded loop.',
  ],
  [
    /too many args|stack arguments|defined with too many args|pass by value not supported/i,
    'A BPF function takes at most five arguments, each in a register: pass a pointer to a struct.',
  ],
  [/variadic functions are not supported/, 'BPF has no variadic functions: use bpf_printk or bpf_snprintf.'],
  [
    /unsupported (signed )?division/i,
    'Signed division needs -mcpu=v4 and a kernel of 6.6 or newer: divide unsigned numbers.',
  ],
  [
    /relocation|non-relocatable|undefined (reference|symbol)/,
    'Every function has to be defined in the snippet.',
  ],
  [
    /too few arguments to function call|too many arguments to function call/,
    'Look the helper up in bpf-helpers(7).',
  ],
];

/** What the user can do about a message of clang, if it is a known one; `word` is what stands at its place. */
export function remedyOf(message: string, word: string): string | undefined {
  const text = `${message} at '${word}'`;
  return REMEDIES.find(([pattern]) => pattern.test(text))?.[1];
}
