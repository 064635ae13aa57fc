"""What transports are measured beside: the least a server can do, and other servers. Each is one thread.

The tools and peers are not part of the project; measuring.TOOLS says where they lie."""
import os
import shutil
import subprocess

import measuring
from measuring import BUILD, TOOLS

PEERS = TOOLS / "peers"
PYTHON = "/usr/bin/python3"
NCHAN = "/usr/lib/nginx/modules/ngx_nchan_module.so"


def are_there():
    return (TOOLS / "raw_limit.cpp").exists()


def build_tool(source, *options):
    program = BUILD / "bench-tools" / source.stem
    program.parent.mkdir(exist_ok=True)
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        measuring.output(os.environ.get("CXX", "clang++-19"), "-O2", "-std=c++20", "-pthread", source, "-o", program, *options)
    return program


def start_fastapi(port):
    return measuring.start_server(PYTHON, "-m", "uvicorn", "fastapi_app:app", "--port", port, "--backlog", 4096,
                                  "--no-access-log", "--log-level", "error", port=port, cwd=PEERS)


def start_node(port):
    return measuring.start_server("node", PEERS / "node_server.js", port, port=port)


def start_go(port):
    program = BUILD / "bench-tools" / "go_server"
    if not program.exists():
        measuring.output("go", "build", "-o", program, PEERS / "go_server.go")
    return measuring.start_server(program, port, port=port, environment={"GOMAXPROCS": "1"})


def has_fastapi():
    return subprocess.run([PYTHON, "-c", "import fastapi, uvicorn"], capture_output=True).returncode == 0


def start_peers(results):
    """[(name, pid, base address)]: the same work by others, each on one thread."""
    known = [("FastAPI", start_fastapi, has_fastapi()), ("node", start_node, shutil.which("node")),
             ("go", start_go, shutil.which("go"))]
    peers = []
    for name, begin, runtime in known:
        if not runtime:
            results.skip(name, "its runtime is not installed")
            continue
        port = measuring.free_port()
        peers.append((name, begin(port).pid, f"http://127.0.0.1:{port}"))
    return peers


def start_raw():
    """(pid, base address): raw_limit.cpp, an epoll loop with one send() each."""
    port = measuring.free_port()
    process = measuring.start_server(build_tool(TOOLS / "raw_limit.cpp", "-luring"), port, port=port)
    return process.pid, f"http://127.0.0.1:{port}"


def build_load():
    return build_tool(TOOLS / "sse_load.cpp")


def start_nchan(results):
    """(pid of the worker, base address) of nginx with nchan, or None."""
    if not shutil.which("nginx") or not os.path.exists(NCHAN):
        results.skip("nginx with nchan", "not installed")
        return None
    folder = measuring.scratch_folder()
    for part in "logs", "static", "b", "p", "f", "u", "s":
        (folder / "ng" / part).mkdir(parents=True)
    port = measuring.free_port()
    settings = (PEERS / "nginx.conf").read_text().replace("127.0.0.1:7003", f"127.0.0.1:{port}")
    (folder / "nginx.conf").write_text("user root;\n" + settings if os.getuid() == 0 else settings)
    process = measuring.start_server("nginx", "-p", folder, "-c", folder / "nginx.conf", port=port)
    worker = measuring.output("pgrep", "-P", process.pid).split()[0]
    return int(worker), f"http://127.0.0.1:{port}"
