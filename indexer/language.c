/* The language of an article that does not say it. By the script, and where several languages share one by letters and
 * frequent words that only one of them has. A wrong guess is worse than none: a text that is not plainly in a language has
 * none. */
#include <assert.h>
#include <string.h>
#include <utf8proc.h>

#include "common/text/text.h"
#include "indexer/indexer.h"

/* How much of a text is looked at, and how long it takes to know the index's own language, which most texts are in. */
enum { SAMPLE_BYTES = 1 << 12, WORDS = 150, WORDS_LEAST = 10, OWN_WORDS = 50, OWN_HITS = 8 };
enum { WORD_SLOTS = 1 << 13, WORD_ROOM = 32 };

/* ---- Scripts ---- */

enum script {
  SCRIPT_LATIN,
  SCRIPT_CYRILLIC,
  SCRIPT_ARABIC,
  SCRIPT_HAN,
  SCRIPT_KANA,
  SCRIPT_DEVANAGARI,
  SCRIPT_ONE, /* from here on a script stands for a language */
  SCRIPT_GREEK = SCRIPT_ONE,
  SCRIPT_ARMENIAN,
  SCRIPT_HEBREW,
  SCRIPT_BENGALI,
  SCRIPT_GURMUKHI,
  SCRIPT_GUJARATI,
  SCRIPT_TAMIL,
  SCRIPT_TELUGU,
  SCRIPT_KANNADA,
  SCRIPT_MALAYALAM,
  SCRIPT_SINHALA,
  SCRIPT_THAI,
  SCRIPT_LAO,
  SCRIPT_TIBETAN,
  SCRIPT_MYANMAR,
  SCRIPT_GEORGIAN,
  SCRIPT_HANGUL,
  SCRIPT_ETHIOPIC,
  SCRIPT_KHMER,
  SCRIPTS
};

static const struct range {
  uint32_t first, last;
  enum script script;
} ranges[] = {
    {0x41, 0x24f, SCRIPT_LATIN},       {0x370, 0x3ff, SCRIPT_GREEK},      {0x400, 0x52f, SCRIPT_CYRILLIC},
    {0x530, 0x58f, SCRIPT_ARMENIAN},   {0x5d0, 0x5ff, SCRIPT_HEBREW},     {0x620, 0x6ff, SCRIPT_ARABIC},
    {0x900, 0x97f, SCRIPT_DEVANAGARI}, {0x980, 0x9ff, SCRIPT_BENGALI},    {0xa00, 0xa7f, SCRIPT_GURMUKHI},
    {0xa80, 0xaff, SCRIPT_GUJARATI},   {0xb80, 0xbff, SCRIPT_TAMIL},      {0xc00, 0xc7f, SCRIPT_TELUGU},
    {0xc80, 0xcff, SCRIPT_KANNADA},    {0xd00, 0xd7f, SCRIPT_MALAYALAM},  {0xd80, 0xdff, SCRIPT_SINHALA},
    {0xe00, 0xe7f, SCRIPT_THAI},       {0xe80, 0xeff, SCRIPT_LAO},        {0xf00, 0xfff, SCRIPT_TIBETAN},
    {0x1000, 0x109f, SCRIPT_MYANMAR},  {0x10a0, 0x10ff, SCRIPT_GEORGIAN}, {0x1200, 0x137f, SCRIPT_ETHIOPIC},
    {0x1780, 0x17ff, SCRIPT_KHMER},    {0x1e00, 0x1eff, SCRIPT_LATIN},    {0x1f00, 0x1fff, SCRIPT_GREEK},
    {0x3040, 0x30ff, SCRIPT_KANA},     {0x3400, 0x9fff, SCRIPT_HAN},      {0xac00, 0xd7af, SCRIPT_HANGUL},
    {0xff66, 0xff9d, SCRIPT_KANA},     {0x20000, 0x3ffff, SCRIPT_HAN},
};

static const char *const script_languages[SCRIPTS] = {
    [SCRIPT_GREEK] = "el",    [SCRIPT_ARMENIAN] = "hy",  [SCRIPT_HEBREW] = "he",  [SCRIPT_BENGALI] = "bn",
    [SCRIPT_GURMUKHI] = "pa", [SCRIPT_GUJARATI] = "gu",  [SCRIPT_TAMIL] = "ta",   [SCRIPT_TELUGU] = "te",
    [SCRIPT_KANNADA] = "kn",  [SCRIPT_MALAYALAM] = "ml", [SCRIPT_SINHALA] = "si", [SCRIPT_THAI] = "th",
    [SCRIPT_LAO] = "lo",      [SCRIPT_TIBETAN] = "bo",   [SCRIPT_MYANMAR] = "my", [SCRIPT_GEORGIAN] = "ka",
    [SCRIPT_HANGUL] = "ko",   [SCRIPT_ETHIOPIC] = "am",  [SCRIPT_KHMER] = "km",
};

/* Letters of one language or two among those of its script. */
static const struct letter {
  uint32_t letter;
  char languages[2][3];
} letters[] = {
    {0x44b, {"ru", "be"}}, {0x44d, {"ru", "be"}}, {0x451, {"ru", "be"}}, {0x456, {"uk", "be"}}, {0x457, {"uk"}},
    {0x454, {"uk"}},       {0x491, {"uk"}},       {0x45e, {"be"}},       {0x44a, {"bg"}},       {0x449, {"ru", "bg"}},
    {0x452, {"sr"}},       {0x45b, {"sr"}},       {0x458, {"sr", "mk"}}, {0x459, {"sr", "mk"}}, {0x45a, {"sr", "mk"}},
    {0x453, {"mk"}},       {0x45c, {"mk"}},       {0x455, {"mk"}},       {0x67e, {"fa", "ur"}}, {0x686, {"fa", "ur"}},
    {0x6af, {"fa", "ur"}}, {0x6cc, {"fa", "ur"}}, {0x6a9, {"fa", "ur"}}, {0x679, {"ur"}},       {0x688, {"ur"}},
    {0x691, {"ur"}},       {0x6ba, {"ur"}},       {0x6d2, {"ur"}},       {0x6be, {"ur"}},       {0x629, {"ar"}},
    {0x649, {"ar"}},       {0x643, {"ar"}},       {0x64a, {"ar"}},       {0x6cb, {"ps"}},       {0x681, {"ps"}},
};

/* ---- Words ---- */

/* Function words of languages that have no table of stop words: folded and without marks. */
static const struct words {
  const char *code, *list;
} more_words[] = {
    {"pl",
     " w i na z sie do nie ze to jest o jak a za od po przez co dla ale przy czy byl byla tym tego ktory ktore jego "
     "oraz sa ma bedzie moze juz tak pod tylko zostal roku "},
    {"cs",
     " a v se na ze je s z do o pro k za by ale to jako i po od jeho podle pri jsou nebo byl bylo uz co roku kteri "
     "ktery ktera pred jen tak aby mezi "},
    {"sk",
     " a v sa na ze je s z do o pre k za by ale to ako aj po od jeho podla pri su alebo bol bolo uz co roku ktori "
     "ktory ktora pred len tak aby medzi "},
    {"sl",
     " in v je na za se ki da so z s po ne ni bi tudi pri kot od iz pa o do ali ko le se je bil ce kar leta ter med "},
    {"hr",
     " i u je na da se za su od s iz o koji koja koje ne ce bi kao ali sto bio bila nije po ili te a do prema kako "
     "samo godine "},
    {"ro",
     " si de in a la cu pe din ca care nu se o un pentru sa au este al ale mai fost prin dupa lui sunt sau ce fi dar "
     "intre acest aceasta "},
    {"tr",
     " ve bir bu da de icin ile olarak olan daha cok gibi kadar ise sonra en her ne ya var degil oldugu oldu ancak "
     "olan uzere tarafından tarafindan yeni "},
    {"id",
     " yang dan di ini itu dengan untuk dari pada dalam akan tidak ke oleh telah juga ada sebagai mereka kepada adalah "
     "bahwa saya kami dapat lebih karena bisa sudah tersebut "},
    {"vi",
     " va cua la co trong cho mot nhung cac voi duoc khong nguoi da nay den tu khi o ra vao nam đa đuoc đen nhieu "
     "theo ve tai "},
    {"ha",
     " da ya a na ta ba su an cewa ga wannan yi kuma domin don amma shi ne ce wani wata wadanda inda sun ko mai masu "
     "zuwa daga cikin cikin ke haka saboda tun dai kan bayan "},
    {"sw", " ya wa na kwa ni katika la za cha kuwa kama hii huo yake hiyo wake kutoka baada lakini pia hilo huyo watu "
           "alisema amesema bila juu "},
    {"af",
     " die en van in het is nie dat te 'n n vir met op hy om sy wat aan as was sal deur hulle ook kan na by uit word "},
    {"et", " ja on ei et ka see oli kui mis ning oma aga kes ta pole seda mida selle juba veel siis aasta ole nii "},
    {"lv", " un ir ka no ar uz par tas bet to kas gan jau vai lidz pie ari tiek nav bija savu pec ja kad gada "},
    {"lt", " ir kad i su yra is o tai kaip bet buvo jis apie uz ne del po jau nuo savo tik metu taip ar iki "},
    {"sq", " te e ne dhe per nje se me qe nga i u ka si do ka eshte ishte por kjo ky tij duke mund vetem "},
    {"is", " og i a ad er sem til um vid med hann var fyrir en ekki af thad that þad þa hefur eru ur fra ad "},
    {"so", " ka oo ku waxaa ah in iyo ee uu ay u lagu soo laga waa waxa kale isaga waxay sheegay leh si aan "},
    {"tl", " ang ng sa na mga at ay ni si para kay hindi ito nang may nila niya siya ayon pa din rin kung "},
    {"ca",
     " el la els les de del dels i que en un una per amb es al no ha va ser com mes aquest aquesta pero tambe han als l d "
     "s n m t "},
    {"gl", " o a os as de do da dos das e que en un unha por con non se no na ao mais foi para tamen pero polo pola "},
    {"eu", " eta da du ez dute bat ere zen izan baina duen zuen dira egin dela beste baino hau bere "},
    {"ga", " agus an na ar ag go i is le a do bhi ta nach sin do leis ach mar seo fein ina faoi "},
    {"cy", " yn y a i o ar ei mae wedi yr gan am fod hyn nid oedd ond bod hefyd eu ac gyda "},
    {"yo", " ni ti o si awon ati naa fun pe lati won bi se wa kan je nipa "},
};
enum { MORE = sizeof more_words / sizeof *more_words, LATIN_LANGUAGES = LANGUAGE_MAX + MORE };
_Static_assert(LATIN_LANGUAGES <= 64, "a bit for each");

struct sample {
  const char *text;
  size_t len;
  size_t letters, of_script[SCRIPTS], of_letter[sizeof letters / sizeof *letters];
};

static bool is_letter(uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c < 0x250 && c != 0xd7 && c != 0xf7) ||
         (c >= 0x1e00 && c < 0x1f00);
}

static bool elides_at(const char *text, size_t len, size_t at, const char *word, size_t used) {
  uint32_t next = 0;
  if (at < len) utf8_step(text, len, at, &next);
  return word_elides(word, used, next);
}

/* The next Latin word from *at on, folded and without marks, into word; its length, 0 at the end. Longer words, which no
 * table has, are cut. */
static size_t next_word(const char *text, size_t len, size_t *at, char *word, size_t room) {
  size_t used = 0;
  while (*at < len) {
    uint32_t c;
    size_t next = utf8_step(text, len, *at, &c);
    bool joins = (c == '\'' || c == 0x2019) && !elides_at(text, len, next, word, used);
    if (!is_letter(c) && !(joins && used) && !(c >= 0x300 && c < 0x370)) {
      if (used) return used;
    } else if (c < 0x80) {
      if (!joins && used < room) word[used++] = (char)(c | 0x20);
    } else if (is_letter(c)) {
      int32_t parts[8];
      utf8proc_ssize_t count =
          utf8proc_decompose_char((int32_t)c, parts, 8, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, NULL);
      for (utf8proc_ssize_t i = 0; i < count && i < 8 && used + 4 <= room; i++)
        if (parts[i] < 0x300 || parts[i] >= 0x370) used += utf8_encode((uint32_t)parts[i], word + used);
    }
    *at = next;
  }
  return used;
}

/* Which languages a word is a frequent one of: bits of their numbers. */
struct language_words {
  struct slot {
    uint64_t hash, languages; /* 0 and 0: free */
  } slots[WORD_SLOTS];
};

static uint64_t *languages_of(struct language_words *words, const char *word, size_t len) {
  uint64_t hash = hash_bytes(word, len) | 1;
  size_t at = hash >> 32 & (WORD_SLOTS - 1);
  while (words->slots[at].hash && words->slots[at].hash != hash) at = (at + 1) & (WORD_SLOTS - 1);
  words->slots[at].hash = hash;
  return &words->slots[at].languages;
}

static uint64_t languages_find(const struct language_words *words, const char *word, size_t len) {
  uint64_t hash = hash_bytes(word, len) | 1;
  size_t at = hash >> 32 & (WORD_SLOTS - 1);
  while (words->slots[at].hash && words->slots[at].hash != hash) at = (at + 1) & (WORD_SLOTS - 1);
  return words->slots[at].languages;
}

static void add_more(struct language_words *words, int i) {
  const char *list = more_words[i].list + 1;
  while (*list) {
    size_t len = strcspn(list, " ");
    *languages_of(words, list, len) |= UINT64_C(1) << (LANGUAGE_MAX + i);
    list += len + 1;
  }
}

int language_words_new(struct language_words **out, struct nsearch_error *err) {
  struct language_words *words = *out = memory_zero(1, sizeof *words);
  if (!words) return error_memory(err);
  for (int language = 1; language < language_count(); language++) {
    size_t count;
    const char *const *list = stop_word_list(language, &count);
    assert(count < WORD_SLOTS / 16);
    for (size_t i = 0; i < count; i++) *languages_of(words, list[i], strlen(list[i])) |= UINT64_C(1) << language;
  }
  for (int i = 0; i < MORE; i++) add_more(words, i);
  return NSEARCH_OK;
}

void language_words_free(struct language_words *words) { memory_free(words); }

/* Most texts are in the index's own language, and so many of its words so early are no accident. */
static bool is_own(const struct language_words *words, const struct sample *sample, int own) {
  char word[WORD_ROOM];
  size_t at = 0, hits = 0, len;
  for (size_t count = 0; count < OWN_WORDS && hits < OWN_HITS; count++) {
    if (!(len = next_word(sample->text, sample->len, &at, word, sizeof word))) break;
    hits += languages_find(words, word, len) >> own & 1;
  }
  return hits >= OWN_HITS;
}

/* The language whose frequent words stand in the text, where they are many and no other has nearly as many. */
static const char *latin_language(const struct language_words *words, const struct sample *sample) {
  size_t hits[LATIN_LANGUAGES] = {0}, count = 0, at = 0, len, second = 0;
  char word[WORD_ROOM];
  int best = 0;
  for (; count < WORDS && (len = next_word(sample->text, sample->len, &at, word, sizeof word)); count++)
    for (uint64_t languages = languages_find(words, word, len); languages; languages &= languages - 1)
      hits[__builtin_ctzll(languages)]++;
  for (int i = 1; i < LATIN_LANGUAGES; i++)
    if (hits[i] > hits[best]) best = i;
  for (int i = 1; i < LATIN_LANGUAGES; i++)
    if (i != best && hits[i] > second) second = hits[i];
  if (count < WORDS_LEAST || hits[best] < 5 || hits[best] * 6 < count || hits[best] * 4 < second * 5 + 4) return NULL;
  return best < LANGUAGE_MAX ? language_code(best) : more_words[best - LANGUAGE_MAX].code;
}

/* The language that has all of the telling letters in the text, or most; of two that have as many the one that comes first
 * in the table. */
static const char *language_by_letters(const struct sample *sample) {
  const char *best = NULL;
  size_t most = 0, all = 0;
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
    all += sample->of_letter[i];
    for (int k = 0; k < 2; k++) {
      const char *code = letters[i].languages[k];
      size_t sum = 0;
      if (!*code) continue;
      for (size_t j = 0; j < sizeof letters / sizeof *letters; j++)
        if (strcmp(letters[j].languages[0], code) == 0 || strcmp(letters[j].languages[1], code) == 0)
          sum += sample->of_letter[j];
      if (sum > most) best = code, most = sum;
    }
  }
  return most >= 3 && most * 10 >= all * 8 ? best : NULL;
}

static void count_letters(struct sample *sample) {
  for (size_t at = 0; at < sample->len;) {
    uint32_t c;
    at = utf8_step(sample->text, sample->len, at, &c);
    if (c < 0x80) {
      bool letter = is_letter(c);
      sample->of_script[SCRIPT_LATIN] += letter;
      sample->letters += letter;
      continue;
    }
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
      if (c < ranges[i].first || c > ranges[i].last || (c >= 0x80 && c < 0xc0)) continue;
      sample->of_script[ranges[i].script]++;
      sample->letters++;
      break;
    }
    if (c >= 0x410 && c < 0x430) c += 0x20; /* capitals */
    if (c >= 0x400 && c < 0x410) c += 0x50;
    for (size_t i = 0; c >= 0x430 && c < 0x700 && i < sizeof letters / sizeof *letters; i++)
      sample->of_letter[i] += letters[i].letter == c;
  }
}

static bool is_script(const struct sample *sample, size_t count) {
  return count >= 8 && count * 10 >= sample->letters * 6;
}

static const char *language_of(const struct language_words *words, struct sample *sample) {
  count_letters(sample);
  const size_t *of = sample->of_script;
  if (is_script(sample, of[SCRIPT_LATIN])) return latin_language(words, sample);
  if (is_script(sample, of[SCRIPT_HAN] + of[SCRIPT_KANA]))
    return of[SCRIPT_KANA] * 10 >= of[SCRIPT_HAN] ? "ja" : of[SCRIPT_KANA] * 50 < of[SCRIPT_HAN] ? "zh" : NULL;
  if (is_script(sample, of[SCRIPT_CYRILLIC]) || is_script(sample, of[SCRIPT_ARABIC]))
    return language_by_letters(sample);
  for (int i = SCRIPT_ONE; i < SCRIPTS; i++)
    if (is_script(sample, of[i])) return script_languages[i];
  return NULL;
}

/* As far as whole characters go. */
static size_t sample_length(const char *text, size_t len) {
  if (len <= SAMPLE_BYTES) return len;
  len = SAMPLE_BYTES;
  while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80) len--;
  return len;
}

int language_fill_in(const struct language_words *words, struct nsearch_article *article, int own,
                     struct nsearch_error *err) {
  size_t len;
  (void)article_get(article, ARTICLE_LANGUAGE, &len);
  if (len > 0) return NSEARCH_OK;
  struct sample sample = {.text = article_get(article, ARTICLE_BODY, &len)};
  if (len == 0) sample.text = article_get(article, ARTICLE_TITLE, &len);
  sample.len = sample_length(sample.text, len);
  if (own > LANGUAGE_NONE && is_own(words, &sample, own)) return NSEARCH_OK;
  const char *code = language_of(words, &sample);
  if (!code || (own > LANGUAGE_NONE && strcmp(code, language_code(own)) == 0)) return NSEARCH_OK;
  return article_set(article, ARTICLE_LANGUAGE, code, 2, err);
}
