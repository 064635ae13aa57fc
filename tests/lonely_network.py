"""A network namespace whose only way leads back to itself, for tests of addresses that must not be reached."""
import ctypes
import fcntl
import os
import socket
import struct
import unittest

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFADDR, SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8916, 0x8913, 0x8914
IFF_UP = 1


def enter(addresses):
    """Moves this process and its children there, for good. Loopback is up, and has the IPv4 `addresses` as well."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNET if user == 0 else CLONE_NEWNET | CLONE_NEWUSER
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise unittest.SkipTest(f"no network namespace may be made here: {os.strerror(ctypes.get_errno())}")
    if user != 0:
        for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh", b"lo", 0)
        up = struct.unpack("16sh", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1] | IFF_UP
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", up))
        for number, address in enumerate(addresses):
            alias = f"lo:{number}".encode()
            request = struct.pack("16sHH4s8x", alias, socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, SIOCSIFADDR, request)
