/** Starts QEMU for a guest: emulated (KVM is not assumed), user networking, one serial port for commands. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import { ROOT } from '../../scripts/repository.mjs';
import { buildInitramfs } from './initramfs.ts';
import type { Kernel } from './kernel.ts';

/** How much of the serial console is kept for error messages. */
const CONSOLE_KEPT_CHARS = 64 * 1024;

export type QemuOptions = { name: string; memoryMiB: number; cpus: number };

export type Qemu = {
  process: ChildProcess;
  /** The virtio-serial port's other end. */
  port: Duplex;
  /** The end of what the guest wrote to its serial console. */
  console: () => string;
};

/** Starts QEMU; the guest is booting when this returns. */
export async function startQemu(kernel: Kernel, options: QemuOptions): Promise<Qemu> {
  const initramfs = await buildInitramfs(kernel);
  // The guest dies with the test process, however that ends.
  const argv = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments(kernel, initramfs, options)];
  const child = spawn('setpriv', argv, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });

  const port = child.stdio[3];
  if (!(port instanceof Duplex)) throw new Error('starting QEMU: no socket at descriptor 3');
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-CONSOLE_KEPT_CHARS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { process: child, port, console: () => text };
}

function qemuArguments(kernel: Kernel, initramfs: string, { name, memoryMiB, cpus }: QemuOptions): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    // With a thread for each CPU a kernel that patches itself sometimes meets a breakpoint that is there no more, and panics.
    ...['-accel', 'tcg,thread=single', '-cpu', 'max', '-smp', String(cpus), '-m', String(memoryMiB)],
    ...['-kernel', kernel.image, '-initrd', initramfs, '-append', kernelCommandLine(name)],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    // multidevs=remap: the machine's root spans several devices, whose inode numbers would clash.
    ...['-virtfs', 'local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-serial-pci', '-chardev', 'socket,id=exec,fd=3'],
    ...['-device', 'virtserialport,chardev=exec,name=probepad'],
    ...['-netdev', 'user,id=network', '-device', 'virtio-net-pci,netdev=network,romfile='],
  ];
}

/**
 * Upper-case words reach init as environment variables. Without acpi=noirq the kernel interprets ACPI code for each
 * device's interrupt: a second and a half under emulation.
 */
function kernelCommandLine(name: string): string {
  const machineId = randomUUID().replaceAll('-', '');
  const words = `GUEST_NAME=${name} GUEST_MACHINE_ID=${machineId} GUEST_CHECKOUT=${ROOT}`;
  return `console=ttyS0 quiet panic=-1 acpi=noirq ${words}`;
}
