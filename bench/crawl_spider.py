"""What Scrapy does with a website: it fetches what is linked, and takes title and text with lxml.

scrapy runspider crawl_spider.py -a url=URL"""
import lxml.html
import scrapy
from scrapy.linkextractors import LinkExtractor

SURROUNDINGS = "//script | //style | //nav | //header | //footer"


class Site(scrapy.Spider):
    name = "site"

    def __init__(self, url, **arguments):
        super().__init__(**arguments)
        self.start_urls = [url]
        self.links = LinkExtractor()

    def parse(self, response):
        tree = lxml.html.fromstring(response.body)
        for element in tree.xpath(SURROUNDINGS):
            element.drop_tree()
        yield {"url": response.url, "title": tree.findtext(".//title"), "text": tree.text_content()}
        for link in self.links.extract_links(response):
            yield response.follow(link, self.parse)
