/**
 * Python: a terminal on a VM's console, whose Unix socket is its only argument; Ctrl-] leaves it. `virsh console` opens
 * pseudo-terminals only, and ours is a socket, so that its log goes on whoever listens.
 */
export const CONSOLE_CLIENT = String.raw`
import os, select, socket, sys, termios, tty
console = socket.socket(socket.AF_UNIX)
try:
    console.connect(sys.argv[1])
except OSError as error:
    sys.exit("the console cannot be opened: %s; does the machine run?" % error.strerror)
print("Connected; Ctrl-] leaves.", flush=True)
before = termios.tcgetattr(0)
tty.setraw(0)
try:
    while True:
        ready = select.select([0, console], [], [])[0]
        if console in ready:
            data = console.recv(4096)
            if not data:
                break
            os.write(1, data)
        if 0 in ready:
            keys = os.read(0, 4096)
            if not keys or b"\x1d" in keys:
                break
            console.sendall(keys)
finally:
    termios.tcsetattr(0, termios.TCSADRAIN, before)
`;
