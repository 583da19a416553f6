import { tableOf } from './name-table.ts';

/** Signals of x86 and arm64; those from 32 on are named as `kill -l` does. Source: include/uapi/asm-generic/signal.h. */
export const SIGNALS = tableOf([
  [
    1,
    `
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM
    SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF
    SIGWINCH SIGIO SIGPWR SIGSYS`,
  ],
  [34, Array.from({ length: 31 }, (_, at) => (at === 0 ? 'SIGRTMIN' : `SIGRTMIN+${at}`)).join(' ')],
]);
