/* What a record calls its language, as one tag: pl-PL, pol and Polish are pl. */
#include "common/text/text.h"

#include <string.h>

/* ISO 639-1 codes, each with what else means the language: its codes of ISO 639-2 and 639-3, withdrawn codes, its names
 * in English. Only what a language of news is likely to be called; other codes stand for themselves. */
static const struct {
  const char *code, *others;
} tags[] = {
    {"af", "afr afrikaans"},
    {"am", "amh amharic"},
    {"ar", "ara arb arabic"},
    {"az", "aze azerbaijani"},
    {"be", "bel belarusian"},
    {"bg", "bul bulgarian"},
    {"bn", "ben bengali bangla"},
    {"bo", "bod tib tibetan"},
    {"bs", "bos bosnian"},
    {"ca", "cat catalan valencian"},
    {"cs", "ces cze czech"},
    {"cy", "cym wel welsh"},
    {"da", "dan danish"},
    {"de", "deu ger german"},
    {"el", "ell gre greek"},
    {"en", "eng english"},
    {"eo", "epo esperanto"},
    {"es", "spa spanish castilian"},
    {"et", "est ekk estonian"},
    {"eu", "eus baq basque"},
    {"fa", "fas per pes persian farsi"},
    {"fi", "fin finnish"},
    {"fr", "fra fre french"},
    {"ga", "gle irish"},
    {"gl", "glg galician"},
    {"gu", "guj gujarati"},
    {"ha", "hau hausa"},
    {"he", "heb iw hebrew"},
    {"hi", "hin hindi"},
    {"hr", "hrv croatian"},
    {"hu", "hun hungarian"},
    {"hy", "hye arm armenian"},
    {"id", "ind in indonesian"},
    {"ig", "ibo igbo"},
    {"is", "isl ice icelandic"},
    {"it", "ita italian"},
    {"ja", "jpn japanese"},
    {"ka", "kat geo georgian"},
    {"kk", "kaz kazakh"},
    {"km", "khm khmer"},
    {"kn", "kan kannada"},
    {"ko", "kor korean"},
    {"ku", "kur kurdish"},
    {"ky", "kir kyrgyz"},
    {"lb", "ltz luxembourgish"},
    {"lo", "lao"},
    {"lt", "lit lithuanian"},
    {"lv", "lav lvs latvian"},
    {"mk", "mkd mac macedonian"},
    {"ml", "mal malayalam"},
    {"mn", "mon khk mongolian"},
    {"mr", "mar marathi"},
    {"ms", "msa may zsm malay"},
    {"mt", "mlt maltese"},
    {"my", "mya bur burmese"},
    {"ne", "nep npi nepali"},
    {"nl", "nld dut dutch flemish"},
    {"no", "nor nb nob norwegian"},
    {"pa", "pan punjabi"},
    {"pl", "pol polish"},
    {"ps", "pus pashto"},
    {"pt", "por portuguese"},
    {"ro", "ron rum mo mol romanian moldovan"},
    {"ru", "rus russian"},
    {"si", "sin sinhala"},
    {"sk", "slk slo slovak"},
    {"sl", "slv slovene slovenian"},
    {"so", "som somali"},
    {"sq", "sqi alb albanian"},
    {"sr", "srp serbian"},
    {"sv", "swe swedish"},
    {"sw", "swa swh swahili"},
    {"ta", "tam tamil"},
    {"te", "tel telugu"},
    {"th", "tha thai"},
    {"tl", "tgl tagalog"},
    {"tr", "tur turkish"},
    {"uk", "ukr ukrainian"},
    {"ur", "urd urdu"},
    {"uz", "uzb uzbek"},
    {"vi", "vie vietnamese"},
    {"yi", "yid ji yiddish"},
    {"yo", "yor yoruba"},
    {"zh", "zho chi cmn chinese mandarin"},
    {"zu", "zul zulu"},
};

enum { WORD_MAX = 16 };

/* The letters that the name begins with, in lower case; 0 when something else than a region, a script or a remark in
 * parentheses follows them. */
static size_t first_word(const char *name, size_t len, char word[WORD_MAX]) {
  size_t end = 0;
  for (; end < len && (name[end] | 0x20) >= 'a' && (name[end] | 0x20) <= 'z'; end++) {
    if (end == WORD_MAX) return 0;
    word[end] = (char)(name[end] | 0x20);
  }
  bool region = end < len && (name[end] == '-' || name[end] == '_');
  bool remark = len - end > 1 && name[end] == ' ' && name[end + 1] == '(';
  return end == len || region || remark ? end : 0;
}

static bool is_among(const char *words, const char *word, size_t len) {
  while (*words) {
    size_t one = strcspn(words, " ");
    if (one == len && memcmp(words, word, len) == 0) return true;
    words += one + (words[one] == ' ');
  }
  return false;
}

size_t language_tag(const char *name, size_t len, char tag[LANGUAGE_TAG_MAX]) {
  char word[WORD_MAX];
  size_t word_len = first_word(name, len, word);
  if (word_len < 2) return 0; /* x-default says nothing */
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
    if (!is_among(tags[i].code, word, word_len) && !is_among(tags[i].others, word, word_len)) continue;
    memcpy(tag, tags[i].code, 2);
    return 2;
  }
  if (word_len > LANGUAGE_TAG_MAX) return 0;
  memcpy(tag, word, word_len);
  return word_len;
}
