"""A website of 2,000 pages of 5 KB that answers after 20 ms, crawled over 32 connections: by the whole
server, by Scrapy with lxml, and by `wget -r`, which has one connection.

Scrapy is compared with what it does too, fetching and reading: that is a site that asks not to be
indexed, whose pages are fetched, read and kept as rows, and not cut. `whole` is the same site with all
that a crawl does: copies are looked for, texts are cut, their tokens counted, embedded (by a server
that costs nothing) and indexed, for which the index has caches that fill. The site is a program of its own, whose time counts for nobody.
A process's time is that of its children too."""
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time

import measuring
from measuring import BUILD, Results, median_ratio, ratio, rounds_of
from walrus_server import WalrusServer

PAGES = 2000
LATENCY = 20  # milliseconds
CONNECTIONS = 32
CPU_OF_SCRAPY = 1 / 3
# Peak memory of fetching and reading 10,000 pages, of that for 1,000.
FLAT = 1.25
SPIDER = pathlib.Path(__file__).with_name("crawl_spider.py")
SCRAPY = {"CONCURRENT_REQUESTS": CONNECTIONS, "CONCURRENT_REQUESTS_PER_DOMAIN": CONNECTIONS, "ROBOTSTXT_OBEY": True,
          "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False}


class Site:
    """Its pages lie below /; below /unindexed/ are the same, which ask not to be indexed."""

    def __init__(self, pages):
        self.process = measuring.start(BUILD / "crawl_site", pages, LATENCY, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def close(self):
        measuring.end(self.process)


class ReadersTime(threading.Thread):
    """The time of the processes that read pages. They are killed where nobody counts their time, so
    it is looked at while they live; what they do after the last look is missed, 20 ms at most."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.children = pathlib.Path(f"/proc/{server}/task")
        self.seconds = {}
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.02):
            for found in self.children.glob("*/children"):
                for child in self.read(found).split():
                    self.look_at(child)

    def look_at(self, process):
        for child in self.read(pathlib.Path(f"/proc/{process}/task/{process}/children")).split():
            self.look_at(child)
        on_cpu = self.read(pathlib.Path(f"/proc/{process}/schedstat")).split()
        if on_cpu:
            self.seconds[process] = int(on_cpu[0]) / 1e9

    @staticmethod
    def read(path):
        try:
            return path.read_text()
        except OSError:
            return ""  # it ended meanwhile

    def total(self):
        self.over.set()
        self.join()
        return sum(self.seconds.values())


class Crawl:
    """What one crawl took."""

    def __init__(self, site, path="/", pages=PAGES):
        server = WalrusServer("--crawl-allow", "127.0.0.0/8", "--crawl-connections", str(CONNECTIONS), "--embedding-url",
                              site.url + "/v1", "--embedding-model", "nothing", "--log-level", "warning")
        try:
            server.start()
            readers = ReadersTime(server.process.pid)
            readers.start()
            before = measuring.cpu(server.process.pid)
            begin = time.monotonic()
            wish = {"url": site.url + path, "max_depth": 5, "max_pages": pages}
            accepted = server.post_json("/v1/documents/crawl", wish).json()
            *_, last = server.stream(accepted["events_url"])
            self.seconds = time.monotonic() - begin
            self.cpu = measuring.cpu(server.process.pid) - before + readers.total()
            self.peak = peak_memory(server.process.pid)
        finally:
            server.close()
        counted = last.data["status_metadata"]
        done = counted["pages_crawled"] + counted["pages_skipped"]
        assert last.data["processing_status"] == "completed" and done == pages, last.data


def peak_memory(pid):
    """MiB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def time_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Scrapy:
    def __init__(self, site):
        folder = measuring.scratch_folder()
        settings = [word for name, value in SCRAPY.items() for word in ("-s", f"{name}={value}")]
        before, begin = time_of_children(), time.monotonic()
        subprocess.run(["scrapy", "runspider", SPIDER, "-a", f"url={site.url}/", "-o", folder / "items.jl", *settings],
                       check=True, cwd=folder)
        self.seconds = time.monotonic() - begin
        self.cpu = time_of_children() - before
        items = (folder / "items.jl").read_text().splitlines()
        # It asks for the first page twice.
        assert PAGES <= len(items) <= PAGES + 1 and len(json.loads(items[-1])["text"]) > 4000, len(items)


def wget_seconds(site):
    folder = measuring.scratch_folder()
    begin = time.monotonic()
    subprocess.run(["wget", "-q", "-r", "-l", "inf", "-P", folder, site.url + "/"], check=False)  # 8: a 404
    taken = time.monotonic() - begin
    assert sum(each.is_file() for each in folder.rglob("*")) >= PAGES
    return taken


def per_second(value):
    return f"{value:.0f}/s"


def per_page(value):
    return f"{value * 1e3:.2f} ms"


def mebibytes(value):
    return f"{value:.0f} MiB"


def compare_speed(results, site):
    runs = {"reading": [], "whole": [], "scrapy": []}
    crawls = {"reading": lambda: Crawl(site, "/unindexed/"), "whole": lambda: Crawl(site), "scrapy": lambda: Scrapy(site)}
    if not shutil.which("scrapy"):
        results.skip("Scrapy", "it is not installed")
        del crawls["scrapy"]

    def measured(name):
        runs[name].append(crawls[name]())
        return PAGES / runs[name][-1].seconds

    speeds = rounds_of({name: (lambda name=name: measured(name)) for name in crawls})
    times = {name: [run.cpu / PAGES for run in done] for name, done in runs.items()}
    bearable = 0.9 * CONNECTIONS / (LATENCY / 1e3)
    for name, done in speeds.items():
        results.add(f"{name}: pages a second", statistics.median(done), None, per_second)
        results.add(f"{name}: CPU of a page", statistics.median(times[name]), None, per_page)
    if "scrapy" in crawls:
        wanted = [min(2 * of_scrapy, bearable) for of_scrapy in speeds["scrapy"]]
        slower = statistics.median(want / got for want, got in zip(wanted, speeds["reading"]))
        results.add(f"least of 2 x Scrapy's speed and {bearable:.0f}/s, of ours", slower, 1, ratio)
        results.add("CPU of a page that is read, of Scrapy's", median_ratio(times, "reading", "scrapy"), CPU_OF_SCRAPY, ratio)
        results.add("CPU of a page with all there is to it, of Scrapy's", median_ratio(times, "whole", "scrapy"), None, ratio)


def peaks_of(pages):
    """MiB: of fetching and reading, and of the whole."""
    site = Site(pages)
    peaks = [statistics.median(Crawl(site, path, pages).peak for _ in range(3)) for path in ("/unindexed/", "/")]
    site.close()
    return peaks


def compare_memory(results):
    few, many = peaks_of(1_000), peaks_of(10_000)
    for name, of_few, of_many in zip(("reading", "whole"), few, many):
        results.add(f"{name}: peak memory of 1,000 pages", of_few, None, mebibytes)
        results.add(f"{name}: peak memory of 10,000 pages", of_many, None, mebibytes)
    results.add("reading: memory of 10,000 pages, of 1,000's", many[0] / few[0], FLAT, ratio)


def main():
    results = Results()
    site = Site(PAGES)
    compare_speed(results, site)
    if shutil.which("wget"):
        results.add("wget -r, one connection: pages a second", PAGES / wget_seconds(site), None, per_second)
    else:
        results.skip("wget", "it is not installed")
    site.close()
    compare_memory(results)
    return results.print()


if __name__ == "__main__":
    sys.exit(main())
