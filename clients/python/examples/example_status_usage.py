#!/usr/bin/python3
"""Follows an upload, an answer and a pipeline of one's own, as the status documentation shows it.

    ./dev run                                                  in one terminal, and in another one:
    PYTHONPATH=clients/python/src /usr/bin/python3 clients/python/examples/example_status_usage.py docs/walrus.pdf

On a terminal there are bars that move, in a pipe plain lines. It exits with 1 where an operation failed."""
import argparse
import asyncio
import sys

from walrus import AsyncWalrusClient, StatusMonitor, WalrusError


async def monitor_samples(monitor: StatusMonitor, path: str, question: str) -> None:
    """The documentation's three samples. Its third asks about a conversation that its first did not begin;
    this one asks about the one that it did."""
    print(f"# Uploading {path}")
    document_id = await monitor.monitor_document_upload(path)
    print(f"It can be found now: {document_id}\n")

    print(f"# Asking: {question}")
    await monitor.monitor_chat_stream(session_id="user_123", query=question)

    print("\n# The statuses of that conversation")
    await monitor.get_chat_status_history("user_123", "user_123")


async def own_pipeline(client: AsyncWalrusClient) -> None:
    """Work that is done here, and can be watched on the server as any other."""
    print("\n# A pipeline of one's own")
    rows = [f"order {number}" for number in range(1, 6)]
    async with client.operation("nightly_import", ["fetch", "load"], title="Orders") as operation:
        operation.step("fetch", message=f"Fetching {len(rows)} orders")
        for done, row in enumerate(rows, 1):
            operation.step("load", done=done, total=len(rows), message=f"Loaded {row}")
            operation.write(f"{row}\n")
    state = await client.operations.wait(operation.operation_id)
    print(f"{state.status} at {state.progress}%: {len(state.text.splitlines())} lines of text")


async def run(url: str, path: str, question: str) -> int:
    try:
        await monitor_samples(StatusMonitor(url), path, question)
        async with AsyncWalrusClient(url) as client:
            await own_pipeline(client)
    except WalrusError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", help="file to upload")
    parser.add_argument("question", nargs="?", default="How much does a walrus weigh?")
    parser.add_argument("--url", default="http://localhost:8000")
    options = parser.parse_args()
    return asyncio.run(run(options.url, options.path, options.question))


if __name__ == "__main__":
    sys.exit(main())
