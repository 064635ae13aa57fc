#include "text/stop_words.h"

#include <map>
#include <unordered_set>

namespace walrus::text {

namespace {

struct List {
  std::string_view language;
  std::string_view words;  // case-folded (NFKC: "ss" for sharp s), parted by single spaces
};

constexpr List kLists[] = {
    {"en",
     "a about above across after again against all almost along already also although always am "
     "among an and another any anybody anyone anything are aren't around as ask at away be "
     "became because become becomes been before being below between both but by came can can't "
     "cannot come could couldn't did didn't do does doesn't doing don't done down during each "
     "either else enough etc even ever every everybody everyone everything few find for from "
     "further gave get gets getting give given gives go goes going got had hadn't has hasn't "
     "have haven't having he he'd he'll he's hence her here here's hers herself him himself his "
     "how how's however i i'd i'll i'm i've if in indeed instead into is isn't it it'd it'll "
     "it's its itself just know let let's like likely many may maybe me might mine more most "
     "much must mustn't my myself neither never next no nobody none nor not nothing now of off "
     "often on once one only onto or other others otherwise ought our ours ourselves out over "
     "own per perhaps please quite rather really said say says see seem seemed seems shall "
     "shan't she she'd she'll she's should shouldn't since so some somebody someone something "
     "sometimes still such take than that that'll that's the their theirs them themselves then "
     "there there's therefore these they they'd they'll they're they've this those though "
     "through thus to together too toward towards under until up upon us very via was wasn't we "
     "we'd we'll we're we've well were weren't what what's whatever when when's where where's "
     "whether which while who who's whoever whom whose why why's will with within without won't "
     "would wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves"},
    {"de",
     "aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf "
     "aus bei beim bin bis bist da damit dann das dass dasselbe dein deine dem den denn der des "
     "dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem "
     "einen einer eines er es etwas euch euer eure für gegen hab habe haben hat hatte hatten "
     "hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem "
     "jeden jeder jedes jener jetzt kann kein keine keinem keinen keiner können könnte machen "
     "man mehr mein meine mich mir mit muss musste nach nicht nichts noch nun nur ob oder ohne "
     "sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sollte sondern "
     "sonst über um und uns unser unsere unter viel vom von vor wann war waren warum was weil "
     "welche welchem welchen welcher welches wenn wer werde werden wer wem wen wie wieder will "
     "wir wird wirst wo wollen worden wurde wurden würde zu zum zur zwar zwischen"},
    {"fr",
     "a à ai ainsi alors après as au aucun aussi autre autres aux avant avec avez avoir avons c "
     "ça car ce ceci cela celle celles celui ces cet cette ceux chaque ci comme comment d dans "
     "de déjà depuis des donc dont du elle elles en encore entre es est et étaient était étant "
     "été être eu eux fait fois font il ils j je jusqu l la là laquelle le lequel les "
     "lesquelles lesquels leur leurs lors lui m ma mais même mes mon n ne ni nos notre nous on "
     "ont ou où par parce pas pendant peu peut plus pour pourquoi qu quand que quel quelle "
     "quelles quels qui quoi s sa sans se sera ses si son sont sous sur t ta te tes ton tous "
     "tout toute toutes très tu un une vers vos votre vous y"},
    {"es",
     "a al algo algunas algunos ante antes aquel aquella así aún aunque cada como cómo con "
     "contra cual cuál cuales cuáles cuando cuándo cuánto cuántos de del desde donde dónde "
     "durante e el él ella ellas ellos en entre era eran eres es esa esas ese eso esos esta "
     "está están estar estas este esto estos fue fueron ha había han has hasta hay he la las le "
     "les lo los más me mi mí mientras mis mucho muchos muy nada ni no nos nosotros nuestra "
     "nuestro o os otra otras otro otros para pero poco por porque pues que qué quien quién "
     "quienes se sea ser si sí sido sin sobre son su sus también tanto te tiene tienen todo "
     "todos tu tú tus un una unas uno unos usted y ya yo"},
    {"it",
     "a ad agli ai al alla alle allo anche ancora avere aveva c che chi ci cioè coi col come "
     "con contro cosa così cui d da dagli dai dal dalla dalle dei degli del dell della delle "
     "dello di dopo dove e è ed era erano essere fra fu gli ha hai hanno ho i il in io l la le "
     "lei li lo loro lui ma mentre mi mia mio molto ne negli nei nel nella nelle nello no noi "
     "non nostra nostro o ogni per perché però più poi prima qual quale quali quando quanti "
     "quanto quella quelle quelli quello questa queste questi questo qui se sei senza si sia "
     "siamo siete sono sta stata stato su sua sugli sui sul sulla sulle suo suoi tra tu tutti "
     "tutto un una uno vi voi"},
    {"pt",
     "a à ainda além algum alguns antes ao aos aquela aquele aqueles as às até cada com como "
     "contra da das de dela dele deles depois desde do dos e é ela elas ele eles em entre era "
     "eram essa essas esse esses esta está estão estas este estes eu foi foram há isso isto já "
     "lhe mais mas me mesmo meu meus minha muito muitos na não nas nem no nos nós nossa nosso "
     "num numa o onde os ou outra outras outro outros para pela pelas pelo pelos pode por "
     "porque qual quais quando quantos que quem se seja sem ser será seu seus só sobre sua suas "
     "também te tem têm tinha toda todas todo todos tu um uma umas uns você vocês"},
    {"nl",
     "aan al alle als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus "
     "een en er ge geen had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja "
     "je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om "
     "omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor waar "
     "waarom wanneer want waren was wat welke werd wie wil worden wordt ze zei zelf zich zij "
     "zijn zo zonder zou"},
    {"ru",
     "а без более бы был была были было быть в вам вас весь во вот все всего всех всё вы где да "
     "даже для до его ее её если есть ещё еще же за здесь и из или им иногда их к как какая "
     "какие какой каких когда который которая которые кто куда ли лишь между меня мне много "
     "может можно мой мы на над надо нас не него нее нет ни них но ну о об один он она они оно "
     "от перед по под после потом потому почему при про с сам свой своего себя сейчас сколько "
     "со так также такой там тебя тем теперь то тогда того тоже только том ты у уже хотя чего "
     "чей чем через что чтобы чья эта эти это этого этой этом этот я"},
    {"sv",
     "alla allt att av blev bli blir de dem den denna deras dess det detta dig din ditt du där "
     "efter ej eller en ett från för ha hade han hans har henne hennes hon hur här i icke ingen "
     "inom inte jag kan kunde man med mellan men mig min mitt mot mycket ni nu när någon något "
     "några och om oss på sig sin sina själv skulle som så till under upp ut utan vad var "
     "varför varje vara vem vi vid vilka vilken vilket än är åt över"},
    {"da",
     "af alle andet at blev blive bliver da de dem den denne der deres det dette dig din disse "
     "du efter eller en end er et for fra ham han hans har havde hende her hun hvad hvem "
     "hvilken hvis hvor hvordan hvorfor hvornår i ikke ind jeg jer kan kunne man mange med "
     "meget men mig min mod ned noget nogle nu når og også om op os over på selv sig sin skal "
     "skulle som til ud under var vi vil ville være været"},
    {"no",
     "alle at av ble bli blir både da de deg dem den denne der deres det dette din disse du "
     "eller en er et ett etter for fordi fra ha hadde han hans har henne her hun hva hvem "
     "hvilken hvis hvor hvordan hvorfor i ikke ingen jeg kan kunne man mange med meg mellom men "
     "min mot mye nei noe noen nå når og også om opp oss over på seg selv sin skal skulle som "
     "så til ut uten var ved vi vil ville være vært å"},
    {"fi",
     "ei eivät emme en ennen et että he hän häntä ilman itse ja joka jos jotka jossa kanssa "
     "keitä kenen kuin kuinka kuka kun me mikä miksi millainen milloin minkä minä missä mitkä "
     "mitä mukaan mutta myös ne niin noin nuo nyt näin ole oli olivat olla on ovat se sekä sen "
     "siellä siitä sinä sitä tai te tämä tämän tässä tätä vaan vai vaikka vain"},
    {"pl",
     "a aby ale bardzo bez bo był była były było być chociaż ci co czy czyli czym dla do gdy "
     "gdzie go i ich ile im inny jak jaka jaki jakie jako je jednak jego jej jest jeszcze jeśli "
     "już kiedy kto która które który których ku lub ma mi mnie może można my na nad nam nas "
     "nawet nich nie nim niż o od on ona one oni oraz po pod poza przed przez przy się są ta "
     "tak także tam te tego tej ten też to tu ty tych tylko tym w we wszystko wy z za ze że"},
    {"tr",
     "acaba ama ancak bana bazı belki ben beni benim bile bir biri biz bize bizi bu buna bunda "
     "bundan bunu bunun çok çünkü da daha de değil diye en gibi hangi hangisi hem hep hepsi her "
     "hiç için ile ise kaç kadar ki kim kime kimi mı mi mu mü nasıl ne neden nedir nerede "
     "nereye niçin niye o olan olarak oldu olduğu on ona ondan onlar onu onun sana sen seni siz "
     "size şey şu şunu tüm var ve veya ya yani"},
    {"el",
     "αλλά αν αντί από αυτά αυτή αυτό αυτόσ για δεν εάν είμαι είναι είσαι είχε εκείνη εκείνο "
     "εκείνοσ ενώ επί έχει έχουν η ήταν θα και κατά κι μα με μετά μετα μη μην μια να ο οι όμωσ "
     "όπωσ όταν ότι παρά ποια ποιεσ ποιο ποιοι ποιοσ ποιων ποτέ πότε που πού προσ πωσ πώσ σε "
     "στα στη στην στο στον στουσ τα τη την τησ τι το τον του τουσ των ωσ"},
    {"ar",
     "أن أو أي أين إذا إلا إلى إن التي الذي الذين الى بعد بين تلك ثم حتى حيث ذلك عن عند على في "
     "قبل قد كان كانت كل كم كما كيف لا لكن لم لماذا لن له لها ليس ما ماذا متى مع من منذ نحن هذا "
     "هذه هل هم هنا هناك هو هي و يا"},
    {"hi",
     "अपना अपनी अपने आप इन इस इसका इसकी इसके इसमें उन उनका उनकी उनके उस उसका उसकी उसके एक एवं "
     "और कब कर करना करने कहा कहाँ का कि किन किस किसने किसी की कितना कितने कितनी के कैसे को कोई "
     "कौन क्या क्यों गया जब जहाँ जिस जो तक तथा तो था थी थे द्वारा न नहीं ने पर भी में यदि यह "
     "यहाँ या ये रहा रहे वह वहाँ वे से हम हुआ हुई हुए है हैं हो होता होती होते होने"},
    {"vi",
     "ai bao bị bởi các cái cho chưa có của cũng cùng đã đang để đến đó được gì hay hoặc khi "
     "không là lại làm lúc mà mỗi một nào nên này nhiêu như những nhưng nơi ở ra rất sẽ sao tại "
     "theo thì trên trong từ và vào vẫn về với vì"},
    {"zh",
     "的 了 是 在 和 与 與 及 或 也 就 都 而 之 其 被 把 从 從 对 對 于 於 吗 嗎 呢 吧 啊 这 這 那 "
     "这个 這個 那个 那個 哪 哪个 哪個 哪些 什么 "
     "什麼 怎么 怎麼 怎样 怎樣 如何 为什么 為什麼 谁 誰 哪里 哪裡 多少 几 幾 有 没有 沒有 不 我 你 "
     "他 她 它 我们 我們 你们 你們 他们 他們 一个 一個"},
    {"ja",
     "の に は を た が で て と し れ さ ある いる も する から な こと として い や れる など "
     "なっ ない この ため その あっ よう また もの という "
     "あり まで られ なる へ か だ これ によって により おり より による ず なり られる において "
     "ば なかっ なく しかし について せ だっ その後 できる それ う "
     "ので なお のみ でき き つ における および いう さらに でも ら たり その他 に関する たち ます "
     "ん なら に対して です 何 誰 どこ いつ なぜ どう どの どれ"},
    {"ko",
     "그 그것 그리고 그러나 나 너 누가 누구 무엇 무슨 언제 어디 어디서 어떤 어떻게 어느 얼마나 왜 "
     "이 이것 저 저것 및 또는 또한 몇 하지만"},
};

using Words = std::unordered_set<std::string_view>;

Words words_of(std::string_view list) {
  Words words;
  while (!list.empty()) {
    std::size_t length = list.find(' ');
    words.insert(list.substr(0, length));
    list.remove_prefix(length == std::string_view::npos ? list.size() : length + 1);
  }
  return words;
}

std::map<std::string_view, Words> all_words() {
  std::map<std::string_view, Words> all;
  for (const List& list : kLists) all.emplace(list.language, words_of(list.words));
  return all;
}

const Words* find_words(std::string_view language) {
  static const std::map<std::string_view, Words> kWords = all_words();
  if (language == "nb" || language == "nn") language = "no";
  auto found = kWords.find(language);
  return found == kWords.end() ? nullptr : &found->second;
}

}  // namespace

bool is_stop_word(std::string_view word, std::string_view language) {
  const Words* words = find_words(language);
  return words != nullptr && words->contains(word);
}

void for_each_stop_word(std::string_view language,
                        const std::function<void(std::string_view)>& take) {
  const Words* words = find_words(language);
  if (words == nullptr) return;
  for (std::string_view word : *words) take(word);
}

}  // namespace walrus::text
