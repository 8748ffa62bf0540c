/* The language of articles that do not say it: found where it is plain, left open where it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"
#include "indexer/indexer.h"

static const struct text {
  const char *code, *text; /* "": nothing is plain */
} texts[] = {
    {"de",
     "Der Bürgermeister hat am Freitag die neue Ausstellung eröffnet, die von der Geschichte des Flusses und seiner Ufer erzählt. Er sagte, dass die Arbeiten nicht vor dem Winter fertig sein werden."},
    {"fr",
     "Le maire a ouvert vendredi la nouvelle exposition qui raconte l'histoire de la rivière et de ses rives. Il a dit que les travaux ne seront pas terminés avant l'hiver, mais que les visiteurs sont déjà nombreux."},
    {"es",
     "El alcalde abrió el viernes la nueva exposición que cuenta la historia del río y de sus orillas. Dijo que los trabajos no terminarán antes del invierno, pero que ya hay muchos visitantes en la ciudad."},
    {"it",
     "Il sindaco ha aperto venerdì la nuova mostra che racconta la storia del fiume e delle sue rive. Ha detto che i lavori non saranno finiti prima dell'inverno, ma che i visitatori sono già molti."},
    {"pt",
     "O prefeito abriu na sexta-feira a nova exposição que conta a história do rio e das suas margens. Disse que os trabalhos não estarão prontos antes do inverno, mas que já são muitos os visitantes."},
    {"nl",
     "De burgemeester heeft vrijdag de nieuwe tentoonstelling geopend die over de geschiedenis van de rivier en haar oevers gaat. Hij zei dat het werk niet voor de winter klaar zal zijn."},
    {"sv",
     "Borgmästaren öppnade på fredagen den nya utställningen som berättar om flodens historia och dess stränder. Han sade att arbetet inte kommer att vara klart före vintern."},
    {"pl",
     "Burmistrz otworzył w piątek nową wystawę, która opowiada o dziejach rzeki i jej brzegów. Powiedział, że prace nie będą gotowe przed zimą, ale że to jest dla miasta bardzo ważne."},
    {"tr",
     "Belediye başkanı cuma günü nehrin ve kıyılarının tarihini anlatan yeni bir sergi açtı. Çalışmaların kıştan sonra da süreceğini, ancak bu sergi için çok sayıda ziyaretçi olduğunu ve daha da geleceğini söyledi."},
    {"ha",
     "Magajin garin ya buɗe sabon baje koli a ranar Juma'a wanda ke ba da tarihin kogin da gaɓar sa. Ya ce aikin ba zai ƙare ba kafin hunturu, amma mutane da yawa sun zo daga ko ina a cikin ƙasar."},
    {"ru",
     "В пятницу мэр открыл новую выставку, которая рассказывает об истории реки и её берегов. Он сказал, что работы не будут закончены до зимы, но посетителей уже много."},
    {"uk",
     "У п’ятницю мер відкрив нову виставку, яка розповідає про історію річки та її берегів. Він сказав, що роботи не закінчать до зими, але відвідувачів уже багато."},
    {"bg",
     "В петък кметът откри новата изложба, която разказва историята на реката и нейните брегове. Той каза, че работата няма да бъде готова преди зимата, но посетителите вече са много и всички са щастливи от обиколката."},
    {"el", "Ο δήμαρχος άνοιξε την Παρασκευή τη νέα έκθεση για την ιστορία του ποταμού και των όχθων του."},
    {"ar",
     "افتتح رئيس البلدية يوم الجمعة المعرض الجديد الذي يروي تاريخ النهر وضفافه، وقال إن العمل لن ينتهي قبل الشتاء."},
    {"fa",
     "شهردار روز جمعه نمایشگاه تازه‌ای را گشود که تاریخ رودخانه و کناره‌های آن را بازگو می‌کند و گفت کار پیش از زمستان پایان نمی‌گیرد."},
    {"he", "ראש העיר פתח ביום שישי את התערוכה החדשה על תולדות הנהר וגדותיו."},
    {"th", "นายกเทศมนตรีเปิดนิทรรศการใหม่เกี่ยวกับประวัติของแม่น้ำเมื่อวันศุกร์"},
    {"am", "ከንቲባው አርብ ዕለት ስለ ወንዙ ታሪክ የሚናገር አዲስ ዐውደ ርእይ ከፈቱ።"},
    {"zh", "星期五，市长为新的展览揭幕，展览介绍了河流和两岸的历史。"},
    {"ja", "金曜日の夜、市長は新しい展覧会を開いた。川とその岸の歴史を紹介するものである。"},
    {"ko", "금요일 저녁 시장은 강과 강변의 역사를 소개하는 새로운 전시회를 열었다."},
    {"ka", "მერმა პარასკევს გახსნა ახალი გამოფენა მდინარის ისტორიის შესახებ."},
    {"en",
     "The mayor opened the new exhibition on Friday, which tells the history of the river and of its banks. He said that the work would not be done before the winter, but there are many visitors already."},
    {"", ""},
    {"", "Bayern Arsenal 2:1"},
    {"", "Alibaba PLA Huawei Xiaomi Tencent Baidu Didi Meituan Bytedance Lenovo Oppo Vivo"},
    {"", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"},
    {"", "le la les de"},
    {"", "Москва"},
};

static void detect(const struct language_words *words, const char *said, const char *text, int own,
                   const char *expected) {
  nsearch_article *article = nsearch_article_new();
  nsearch_article_set_body(article, text, strlen(text));
  nsearch_article_set_language(article, said, strlen(said));
  assert_int_equal(language_fill_in(words, article, own, NULL), NSEARCH_OK);
  if (strcmp(nsearch_article_language(article), expected) != 0)
    fail_msg("%s and not %s: %s", nsearch_article_language(article), expected, text);
  nsearch_article_free(article);
}

static void plain_languages_are_found(void **state) {
  (void)state;
  struct language_words *words;
  assert_int_equal(language_words_new(&words, NULL), NSEARCH_OK);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const struct text *text = &texts[i];
    int own = language_find(text->code, strlen(text->code));
    detect(words, "", text->text, LANGUAGE_NONE, text->code);
    detect(words, "", text->text, language_find("hu", 2), text->code);
    if (own > LANGUAGE_NONE) detect(words, "", text->text, own, ""); /* the index's own needs no word */
    detect(words, "eo", text->text, language_find("en", 2), "eo");   /* what the record says stays */
  }
  language_words_free(words);
}

/* Cut anywhere, also inside a character, a text is read within its bounds, and is never taken for two other languages. */
static void cut_texts_are_not_mistaken(void **state) {
  (void)state;
  struct language_words *words;
  assert_int_equal(language_words_new(&words, NULL), NSEARCH_OK);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    for (size_t len = 1; len < strlen(texts[i].text); len++) {
      nsearch_article *article = nsearch_article_new();
      uint64_t replaced;
      nsearch_article_set_body(article, texts[i].text, len);
      assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
      assert_int_equal(language_fill_in(words, article, LANGUAGE_NONE, NULL), NSEARCH_OK);
      const char *found = nsearch_article_language(article);
      /* kanji alone, before the first kana, are Chinese */
      bool may_be = strcmp(texts[i].code, "ja") == 0 && strcmp(found, "zh") == 0;
      if (*found && strcmp(found, texts[i].code) != 0 && !may_be) fail_msg("%s: %.*s", found, (int)len, texts[i].text);
      nsearch_article_free(article);
    }
  language_words_free(words);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_languages_are_found),
      cmocka_unit_test(cut_texts_are_not_mistaken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
