/* generate ARTICLES SEED: writes so many news-like articles, one a line: number, seconds since 1970, text of lower-case
 * ASCII words with one blank between two. The same arguments give the same bytes; memory does not grow with ARTICLES.
 *
 * The model, whose constants corpus_statistics.py held against real news (README.md has the comparison):
 *
 * - A term is a rank; its spelling is computed from the rank. Ranks are drawn from a double power law, flat up to HEAD
 *   and steep behind, so that the vocabulary never stops growing: Heaps' law.
 * - Lengths of articles are log-normal. Articles come in the order of their dates, ARTICLES_A_DAY of them.
 * - A story begins, is written about for some days, less each day, and ends. It has words of its own, new names among
 *   them, that come in fixed neighbourhoods; and it belongs to a topic, which lives for ever and prefers some words of
 *   the middle of the vocabulary. So terms correlate and burst in time.
 * - A word that carries meaning tends to come again in its article: the term frequencies of content words.
 * - Each word has words that like to follow it, the more the more frequent it is: bigrams and trigrams to ask for. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  HEAD_BITS = 15,
  HEAD = 1 << HEAD_BITS, /* ranks drawn from a table; behind them the law has a closed form */
  FUNCTION_WORDS = 160,  /* the most frequent ranks carry no meaning of their own */
  ARTICLES_A_DAY = 1000,
  STORIES = 500, /* alive at a time */
  STORY_WORDS = 48,
  TOPICS = 96,
  TOPIC_WORDS = 2048,
  LENGTH_MIN = 40,
  LENGTH_MAX = 20000,
  SYLLABLES = 480,
  SHORT_WORDS = 48 /* the most frequent ones, of one syllable */
};

#define FIRST_DAY 788918400 /* 1995-01-01 */
#define HEAD_EXPONENT 1.03
#define HEAD_SHIFT 0.6 /* Mandelbrot's */
#define TAIL_EXPONENT 1.75
#define LENGTH_MU 6.745
#define LENGTH_SIGMA 0.57

/* Of 256: how a token is drawn. What is left is the background. */
#define FOLLOW 150 /* a successor of the word before */
#define AGAIN 12   /* a word of this article once more */
#define OF_TOPIC 36
#define OF_STORY 8

struct story {
  uint32_t topic, words[STORY_WORDS];
  double begun, life; /* days */
};

struct generator {
  uint64_t state;
  uint32_t alias[HEAD]; /* Walker's alias method: one draw, one look-up */
  uint32_t cut[HEAD];
  uint32_t tail; /* chance of a rank behind the table, of 2^32 */
  uint32_t topics[TOPICS][TOPIC_WORDS];
  struct story stories[STORIES];
  uint64_t names; /* ranks handed out to new names */
  char syllables[SYLLABLES][4];
  uint8_t syllable_len[SYLLABLES];
};

/* splitmix64, as a step and as a hash. */
static inline uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
static inline uint64_t draw(struct generator *g) { return mix(g->state += 0x9e3779b97f4a7c15u); }
static double unit(struct generator *g) { return (double)(draw(g) >> 11) * 0x1p-53; }
static double normal(struct generator *g) { return sqrt(-2 * log(1 - unit(g))) * cos(6.283185307179586 * unit(g)); }

/* ---- Ranks ---- */

static void make_ranks(struct generator *g) {
  static double weight[HEAD];
  static uint32_t small[HEAD], large[HEAD];
  double sum = 0;
  uint32_t smalls = 0, larges = 0;
  for (uint32_t i = 0; i < HEAD; i++) {
    weight[i] = pow(i + 1 + HEAD_SHIFT, -HEAD_EXPONENT);
    /* The law bends from one exponent to the other over the last two powers of two or three, not at a corner. */
    weight[i] /= pow(1 + (double)i / (HEAD / 20.0), TAIL_EXPONENT - HEAD_EXPONENT);
    sum += weight[i];
  }
  double tail = weight[HEAD - 1] * HEAD / (TAIL_EXPONENT - 1); /* the integral of the rest */
  g->tail = (uint32_t)(tail / (sum + tail) * 0x1p32);
  for (uint32_t i = 0; i < HEAD; i++) {
    weight[i] *= HEAD / sum;
    if (weight[i] < 1)
      small[smalls++] = i;
    else
      large[larges++] = i;
  }
  while (smalls && larges) {
    uint32_t less = small[--smalls], more = large[larges - 1];
    g->cut[less] = (uint32_t)(weight[less] * 0x1p32 > 0xffffffffu ? 0xffffffffu : weight[less] * 0x1p32);
    g->alias[less] = more;
    weight[more] -= 1 - weight[less];
    if (weight[more] < 1) small[smalls++] = more, larges--;
  }
  while (larges) g->cut[large[--larges]] = 0xffffffffu, g->alias[large[larges]] = large[larges];
  while (smalls) g->cut[small[--smalls]] = 0xffffffffu, g->alias[small[smalls]] = small[smalls];
}

/* A rank of the background law from 64 random bits. */
static inline uint32_t rank_of(const struct generator *g, uint64_t bits) {
  if ((uint32_t)bits < g->tail) {
    double u = ((double)(bits >> 32) + 0.5) * 0x1p-32;
    double rank = HEAD * pow(u, -1 / (TAIL_EXPONENT - 1));
    return rank < 3e8 ? (uint32_t)rank : (uint32_t)(3e8 + (double)(bits >> 38));
  }
  bits = mix(bits);
  uint32_t slot = (uint32_t)(bits >> 32) & (HEAD - 1);
  return (uint32_t)bits < g->cut[slot] ? slot : g->alias[slot];
}

/* A rank that means something, log-uniform over the middle of the vocabulary. */
static uint32_t middle_rank(struct generator *g) { return (uint32_t)(FUNCTION_WORDS * exp(unit(g) * log(150))); }

/* One of the words that like to follow `rank`: few for a rare word, thousands for the most frequent ones, the first of
 * them most often. */
static inline uint32_t follower(const struct generator *g, uint32_t rank, uint64_t bits) {
  unsigned log_choices = rank < HEAD ? 1 + (unsigned)(__builtin_clz(rank + 1) - (31 - HEAD_BITS)) * 3 / 4 : 1;
  /* log-uniform: a power of two, then a number below it */
  unsigned power = (unsigned)(((bits & 0xffff) * (log_choices + 1)) >> 16);
  uint64_t choice = (1u << power) | ((bits >> 16) & ((1u << power) - 1));
  return rank_of(g, mix(((uint64_t)rank << 20 | choice) * 0x9e3779b97f4a7c15u));
}

/* ---- Spelling ---- */

static void make_syllables(struct generator *g) {
  /* No onset of two letters begins with a coda, so two rows of syllables never spell alike. */
  static const char *const onsets[] = {"t", "s", "c",  "d",  "p",  "m",  "b",  "f", "g", "h", "st", "v",
                                       "w", "k", "tr", "pr", "sh", "ch", "gr", "n", "r", "l", "br", "j"};
  static const char *const vowels = "eaiou", *const codas = "\0nrl";
  uint32_t count = 0;
  for (unsigned coda = 0; coda < 4; coda++)
    for (unsigned vowel = 0; vowel < 5; vowel++)
      for (unsigned onset = 0; onset < 24; onset++, count++) {
        char *at = g->syllables[count];
        size_t len = strlen(onsets[onset]);
        memcpy(at, onsets[onset], len);
        at[len++] = vowels[vowel];
        if (coda) at[len++] = codas[coda];
        g->syllable_len[count] = (uint8_t)len;
      }
}

static inline char *spell(const struct generator *g, uint32_t rank, char *out) {
  /* Numbers of the same count of syllables are shuffled: neighbours in the dictionary are none in rank. */
  uint64_t number = rank, room = SHORT_WORDS;
  unsigned count = 1;
  for (; number >= room; count++) {
    number -= room;
    room = count == 1 ? (uint64_t)SYLLABLES * SYLLABLES : room * SYLLABLES;
  }
  number = (number * 1000003 + 12289) % room;
  do {
    memcpy(out, g->syllables[number % SYLLABLES], 4);
    out += g->syllable_len[number % SYLLABLES];
    number /= SYLLABLES;
  } while (--count);
  return out;
}

/* ---- Topics and stories ---- */

static void begin_story(struct generator *g, struct story *story, double now) {
  story->topic = (uint32_t)(draw(g) % TOPICS);
  story->begun = now;
  story->life = 1 + -4 * log(1 - unit(g));
  for (uint32_t i = 0; i < STORY_WORDS; i++) {
    uint64_t bits = draw(g);
    if (i < 4)
      story->words[i] = HEAD + (uint32_t)(g->names++ * 7 + bits % 7); /* new people and places */
    else if (i % 2)
      story->words[i] = g->topics[story->topic][bits % TOPIC_WORDS];
    else
      story->words[i] = middle_rank(g);
  }
}

static void make_world(struct generator *g) {
  for (uint32_t t = 0; t < TOPICS; t++)
    for (uint32_t i = 0; i < TOPIC_WORDS; i++) g->topics[t][i] = middle_rank(g);
  for (uint32_t i = 0; i < STORIES; i++) begin_story(g, g->stories + i, -8 * unit(g));
}

/* Few stories have most of the articles, and each has fewer from day to day. */
static struct story *choose_story(struct generator *g, double now) {
  for (;;) {
    double u = unit(g);
    struct story *story = g->stories + (uint32_t)(u * u * STORIES);
    double age = (now - story->begun) / story->life;
    if (age > 3) {
      begin_story(g, story, now);
      return story;
    }
    if (unit(g) < exp(-age)) return story;
  }
}

/* ---- Articles ---- */

/* Small numbers are likelier: the first words of a topic or a story are its commonest. */
static inline uint32_t skewed(uint64_t bits, uint32_t count) {
  uint64_t u = bits & 0xffffff;
  return (uint32_t)((((u * u) >> 24) * count) >> 24);
}

static char *write_article(struct generator *g, uint64_t number, char *out) {
  double now = (double)number / ARTICLES_A_DAY;
  int64_t time = FIRST_DAY + (int64_t)(now * 86400) - (int64_t)(unit(g) * 21600);
  struct story *story = choose_story(g, now);
  uint32_t topic = story->topic;
  double wanted = exp(LENGTH_MU + LENGTH_SIGMA * normal(g));
  uint32_t length = wanted < LENGTH_MIN ? LENGTH_MIN : wanted > LENGTH_MAX ? LENGTH_MAX : (uint32_t)wanted;
  static uint32_t said[LENGTH_MAX]; /* words of this article that mean something */
  uint32_t saids = 0, before = 0, place = STORY_WORDS;
  out += sprintf(out, "%" PRIu64 "\t%" PRId64 "\t", number + 1, time);
  for (uint32_t i = 0; i < length; i++) {
    uint64_t bits = draw(g);
    uint32_t kind = bits & 255, rank;
    uint64_t rest = bits >> 8;
    if (place + 1 < STORY_WORDS && kind < 120)
      rank = story->words[++place]; /* the name goes on */
    else {
      place = STORY_WORDS;
      if (kind < FOLLOW)
        rank = follower(g, before, rest);
      else if (kind < FOLLOW + AGAIN && saids)
        rank = said[(rest >> 8) % saids];
      else if (kind < FOLLOW + AGAIN + OF_TOPIC)
        rank = g->topics[topic][skewed(rest, TOPIC_WORDS)];
      else if (kind < FOLLOW + AGAIN + OF_TOPIC + OF_STORY)
        rank = story->words[place = skewed(rest, STORY_WORDS)];
      else
        rank = rank_of(g, mix(bits));
    }
    if (rank >= FUNCTION_WORDS) said[saids++] = rank;
    before = rank;
    out = spell(g, rank, out);
    *out++ = ' ';
  }
  out[-1] = '\n';
  return out;
}

int main(int argc, char **argv) {
  enum { ROOM = 1 << 20, LINE_MAX_BYTES = LENGTH_MAX * 21 + 64 };
  static struct generator g;
  static char buffer[ROOM + LINE_MAX_BYTES];
  if (argc != 3) {
    fprintf(stderr, "usage: generate ARTICLES SEED\n");
    return 2;
  }
  uint64_t articles = strtoull(argv[1], NULL, 10);
  g.state = mix(strtoull(argv[2], NULL, 10));
  make_ranks(&g);
  make_syllables(&g);
  make_world(&g);
  char *out = buffer;
  for (uint64_t i = 0; i < articles; i++) {
    out = write_article(&g, i, out);
    if (out - buffer < ROOM && i + 1 < articles) continue;
    if (fwrite(buffer, 1, (size_t)(out - buffer), stdout) != (size_t)(out - buffer)) {
      perror("generate");
      return 1;
    }
    out = buffer;
  }
  return fflush(stdout) ? 1 : 0;
}
