#include "extract/readers/html_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kMostNameBytes = 500;

// Whole words of a name. Longer ones that begin with a stem below count as well.
constexpr std::array<std::string_view, 20> kSiteWords{
    "nav",     "navs",     "foot",    "skip",      "cmp",      "crumb",     "crumbs",
    "noprint", "catlinks", "navbox",  "toc",       "colophon", "sitemap",   "hatnote",
    "jumpto",  "ftr",      "portlet", "appbanner", "topbar",   "quicklinks"};
constexpr std::array<std::string_view, 23> kSiteStems{
    "navbar",   "navigat",  "navmenu",   "menu",       "submenu",   "megamenu",
    "footer",   "sidebar",  "masthead",  "breadcrumb", "cookie",    "consent",
    "gdpr",     "onetrust", "didomi",    "popup",      "modal",     "lightbox",
    "skiplink", "toolbar",  "offcanvas", "dropdown",   "searchform"};
constexpr std::array<std::string_view, 31> kExtraWords{
    "ad",        "ads",       "adv",        "advt",      "dfp",     "mpu",       "share",
    "shares",    "sharing",   "shareable",  "sharer",    "tags",    "pager",     "paging",
    "respond",   "promo",     "promos",     "anzeige",   "werbung", "teilen",    "partage",
    "partager",  "compartir", "publicidad", "publicite", "reklama", "pullquote", "signature",
    "sharethis", "also",      "upsell"};
constexpr std::array<std::string_view, 38> kExtraStems{
    "advert",    "adslot",   "adunit",     "adsbygoogle", "adcontainer", "sponsor",  "sharebar",
    "sharebox",  "sharebut", "sharedaddy", "sharelink",   "sharetool",   "social",   "related",
    "recommend", "recirc",   "popular",    "trending",    "newsletter",  "subscri",  "signup",
    "outbrain",  "taboola",  "zergnet",    "pagination",  "paginat",     "paywall",  "regwall",
    "addthis",   "addtoany", "yarpp",      "mailchimp",   "affiliate",   "promobox", "taglist",
    "tagcloud",  "mostread", "relacionad"};
constexpr std::array<std::string_view, 7> kCommentStems{
    "comment", "disqus", "livefyre", "trackback", "comentar", "kommentar", "reactie"};
constexpr std::array<std::string_view, 13> kBoxWords{
    "bio",    "widget",   "widgets", "banner", "cta",   "feedback",  "survey",
    "donate", "donation", "overlay", "deal",   "deals", "disclosure"};
constexpr std::array<std::string_view, 45> kLineWords{
    "author",   "authors",   "byline",     "bylines",     "date",      "dates",      "dateline",
    "datetime", "timestamp", "published",  "pubdate",     "posted",    "meta",       "metadata",
    "credit",   "credits",   "copyright",  "print",       "tools",     "actions",    "tag",
    "topics",   "labels",    "categories", "category",    "reply",     "vote",       "votes",
    "sig",      "avatar",    "profile",    "postprofile", "permalink", "headerlink", "editsection",
    "readtime", "counter",   "btn",        "button",      "views",     "metrics",    "eyebrow",
    "kicker",   "rubric",    "autor"};
// Several words of a name, written as one.
constexpr std::array<std::string_view, 22> kExtraPhrases{
    "readmore",    "seealso",     "youmay",      "alsolike",       "lireaussi",   "leiaaussi",
    "upnext",      "morefrom",    "morestories", "morenews",       "moreon",      "mostpopular",
    "mostviewed",  "nextarticle", "prevnext",    "postnav",        "inarticlead", "nextpost",
    "relatedpost", "readnext",    "dontmiss",    "tableofcontents"};
constexpr std::array<std::string_view, 10> kBoxPhrases{
    "aboutauthor", "authorbio",  "authorbox",  "authorcard",    "abouttheauthor",
    "authorinfo",  "authordesc", "postauthor", "authorprofile", "gethelp"};
constexpr std::array<std::string_view, 11> kLinePhrases{
    "postinfo", "articleinfo", "newsinfo",    "entryinfo",  "postdetails", "userinfo",
    "postdate", "articledate", "readingtime", "useraction", "leadmeta"};
constexpr std::array<std::string_view, 9> kHiddenPhrases{
    "sronly",         "screenreader", "visuallyhidden", "visibilityhidden", "assistivetext",
    "hiddenvisually", "offscreen",    "printonly",      "mweditsection"};
constexpr std::array<std::string_view, 4> kNotMeant{"commentary", "shareholder", "socialis",
                                                    "navy"};
// Words that turn what follows around, or that tell of the page and not of the element.
constexpr std::array<std::string_view, 9> kStateWords{
    "has", "no", "with", "without", "hide", "status", "hentry", "layout", "type"};

constexpr std::array<std::string_view, 11> kContentWords{"article", "body",    "content", "entry",
                                                         "main",    "post",    "story",   "text",
                                                         "page",    "artikel", "prose"};
constexpr std::array<std::string_view, 19> kBodyPhrases{
    "articlebody", "articlecontent", "articletext", "storybody",   "storycontent",
    "storytext",   "postbody",       "postcontent", "posttext",    "entrycontent",
    "entrybody",   "blogcontent",    "newsbody",    "newscontent", "newstext",
    "bodycopy",    "singlecontent",  "contentbody", "markdownbody"};
constexpr std::array<std::string_view, 12> kStandfirstWords{
    "standfirst", "dek",   "subtitle", "subheadline", "subhead", "lede",
    "chapo",      "intro", "vorspann", "sapo",        "excerpt", "deck"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

template <std::size_t N>
bool begins_with_one(const std::array<std::string_view, N>& stems, std::string_view word) {
  return std::ranges::any_of(stems, [&](std::string_view stem) { return word.starts_with(stem); });
}

template <std::size_t N>
bool contains_one(const std::array<std::string_view, N>& phrases, std::string_view name) {
  return std::ranges::any_of(phrases,
                             [&](std::string_view phrase) { return name.contains(phrase); });
}

// "site-footer", "siteFooter" and "site_footer" are all two words.
Words words_of(std::string_view name) {
  Words words;
  bool inside = false;
  bool lower_before = false;
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    bool starts = std::isupper(byte) != 0 && lower_before;
    bool belongs = std::isalnum(byte) != 0 || byte >= 0x80;
    if (belongs && (!inside || starts)) words.emplace_back();
    if (belongs) words.back() += static_cast<char>(std::tolower(byte));
    inside = belongs;
    lower_before = std::islower(byte) != 0;
  }
  return words;
}

Surroundings surroundings_of_word(std::string_view word) {
  if (begins_with_one(kNotMeant, word)) return Surroundings::kNone;
  if (is_one_of(kSiteWords, word) || begins_with_one(kSiteStems, word)) return Surroundings::kSite;
  if (is_one_of(kExtraWords, word) || begins_with_one(kExtraStems, word)) {
    return Surroundings::kExtra;
  }
  if (begins_with_one(kCommentStems, word)) return Surroundings::kComments;
  if (is_one_of(kBoxWords, word)) return Surroundings::kBox;
  if (is_one_of(kLineWords, word)) return Surroundings::kLine;
  return Surroundings::kNone;
}

Surroundings surroundings_of_phrase(std::string_view name) {
  if (contains_one(kExtraPhrases, name)) return Surroundings::kExtra;
  if (contains_one(kBoxPhrases, name)) return Surroundings::kBox;
  if (contains_one(kLinePhrases, name)) return Surroundings::kLine;
  return Surroundings::kNone;
}

std::string joined(const Words& words) {
  std::string name;
  for (const std::string& word : words) name += word;
  return name;
}

// The kinds are ordered: what is said of the larger thing weighs more.
void take(NameSigns& signs, Surroundings found) {
  if (found == Surroundings::kNone) return;
  bool first = signs.surroundings == Surroundings::kNone;
  signs.surroundings = first ? found : std::min(signs.surroundings, found);
}

// Shown to nobody, or only once a script says so. Where little else is left it is looked at after
// all.
bool is_hiding(std::string_view name) {
  return name == "hidden" || name == "is-hidden" || name == "d-none" || name == "hide";
}

void add_name(NameSigns& signs, std::string_view name) {
  if (is_hiding(name)) return take(signs, Surroundings::kExtra);
  Words words = words_of(name);
  std::string whole = joined(words);
  signs.hidden = signs.hidden || contains_one(kHiddenPhrases, whole);
  signs.body = signs.body || contains_one(kBodyPhrases, whole);
  bool state = std::ranges::any_of(
      words, [](const std::string& word) { return is_one_of(kStateWords, word); });
  for (const std::string& word : words) {
    signs.content = signs.content || is_one_of(kContentWords, word);
    signs.standfirst = signs.standfirst || is_one_of(kStandfirstWords, word);
    if (!state) take(signs, surroundings_of_word(word));
  }
  if (!state) take(signs, surroundings_of_phrase(whole));
}

template <class Use>
void for_each_name(const GumboNode* element, Use use) {
  for (const char* attribute_name : {"class", "id"}) {
    std::string_view names = attribute(element, attribute_name).substr(0, kMostNameBytes);
    while (!names.empty()) {
      std::size_t end = std::min(names.find_first_of(" \t\r\n"), names.size());
      if (end > 0) use(names.substr(0, end));
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }
}

bool is_hidden_by_style(const GumboNode* element) {
  std::string style(attribute(element, "style").substr(0, 1000));
  std::erase_if(style, [](unsigned char c) { return std::isspace(c); });
  std::ranges::transform(style, style.begin(), [](unsigned char c) { return std::tolower(c); });
  return style.contains("display:none") || style.contains("visibility:hidden");
}

Surroundings surroundings_of_role(std::string_view role) {
  constexpr std::array<std::string_view, 11> kSiteRoles{
      "navigation", "complementary", "contentinfo", "dialog",  "alertdialog", "banner",
      "search",     "menu",          "menubar",     "toolbar", "tablist"};
  return is_one_of(kSiteRoles, role) ? Surroundings::kSite : Surroundings::kNone;
}

// What is set aside in a text is a note or a tip as often as it is a box of links.
bool is_note(const GumboNode* element) {
  constexpr std::array<std::string_view, 8> kNotes{"note",    "tip",  "warning", "admonition",
                                                   "callout", "hint", "caution", "important"};
  bool note = false;
  for_each_name(element, [&](std::string_view name) {
    for (const std::string& word : words_of(name)) note = note || is_one_of(kNotes, word);
  });
  return note;
}

Surroundings surroundings_of_tag(const GumboNode* element) {
  GumboTag tag = element->v.element.tag;
  if (tag == GUMBO_TAG_ASIDE) return is_note(element) ? Surroundings::kNone : Surroundings::kSite;
  if (tag != GUMBO_TAG_NAV && tag != GUMBO_TAG_FOOTER) return Surroundings::kNone;
  const GumboNode* parent = element->parent;
  bool cites = parent != nullptr && parent->type == GUMBO_NODE_ELEMENT &&
               parent->v.element.tag == GUMBO_TAG_BLOCKQUOTE;
  return cites ? Surroundings::kNone : Surroundings::kSite;
}

}  // namespace

std::size_t most_text(Surroundings surroundings) {
  if (surroundings == Surroundings::kLine) return 250;
  if (surroundings == Surroundings::kBox) return 800;
  return std::numeric_limits<std::size_t>::max();
}

bool is_invisible(const GumboNode* element, bool with_noscript) {
  switch (element->v.element.tag) {
    case GUMBO_TAG_NOSCRIPT:
      return !with_noscript;
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_TEXTAREA:
      return true;
    default:
      break;
  }
  if (has_attribute(element, "hidden") || attribute(element, "aria-hidden") == "true") return true;
  return is_hidden_by_style(element);
}

NameSigns name_signs(const GumboNode* element) {
  NameSigns signs;
  GumboTag tag = element->v.element.tag;
  if (tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_BODY) return signs;
  for_each_name(element, [&](std::string_view name) { add_name(signs, name); });
  if (attribute(element, "itemprop").contains("articleBody")) signs.body = true;
  take(signs, surroundings_of_role(attribute(element, "role")));
  take(signs, surroundings_of_tag(element));
  return signs;
}

}  // namespace walrus::extract
