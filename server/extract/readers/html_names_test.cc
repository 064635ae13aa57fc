#include "extract/readers/html_names.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "extract/readers/html_tree.h"

namespace walrus::extract {
namespace {

// The signs of the one element in `html`.
NameSigns signs_of(const std::string& html) {
  auto tree = HtmlTree::parse("<body>" + html, 1 << 20);
  const GumboVector& children = (*tree)->body()->v.element.children;
  return name_signs(static_cast<const GumboNode*>(children.data[0]));
}

Surroundings surroundings_of(const std::string& name) {
  return signs_of("<div class='" + name + "'>x</div>").surroundings;
}

TEST(HtmlNames, NamesAreReadByTheirWords) {
  for (const char* name : {"site-footer", "siteFooter", "nav", "main_menu", "cookie-notice"}) {
    EXPECT_EQ(surroundings_of(name), Surroundings::kSite) << name;
  }
  for (const char* name : {"share-bar", "jp-relatedposts", "ad", "newsletter_signup", "read-more",
                           "articleRelated", "hidden"}) {
    EXPECT_EQ(surroundings_of(name), Surroundings::kExtra) << name;
  }
  EXPECT_EQ(surroundings_of("comment-list"), Surroundings::kComments);
  EXPECT_EQ(surroundings_of("author-bio"), Surroundings::kBox);
  EXPECT_EQ(surroundings_of("entry-meta"), Surroundings::kLine);
  for (const char* name : {"shadow", "header", "commentary", "shareholders", "has-sidebar",
                           "no-ads", "navy", "padding", "hidden-xs"}) {
    EXPECT_EQ(surroundings_of(name), Surroundings::kNone) << name;
  }
}

TEST(HtmlNames, TagsAndRolesSayItToo) {
  EXPECT_EQ(signs_of("<nav>x</nav>").surroundings, Surroundings::kSite);
  EXPECT_EQ(signs_of("<aside>x</aside>").surroundings, Surroundings::kSite);
  EXPECT_EQ(signs_of("<aside class=note>x</aside>").surroundings, Surroundings::kNone);
  EXPECT_EQ(signs_of("<div role=dialog>x</div>").surroundings, Surroundings::kSite);
  EXPECT_TRUE(signs_of("<div itemprop=articleBody>x</div>").body);
  EXPECT_TRUE(signs_of("<div class='td-post-content'>x</div>").body);
  EXPECT_TRUE(signs_of("<p class=article__standfirst>x</p>").standfirst);
  EXPECT_TRUE(signs_of("<p class=screen-reader-text>x</p>").hidden);
}

}  // namespace
}  // namespace walrus::extract
