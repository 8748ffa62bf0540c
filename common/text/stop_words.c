/* Stop words: short tables of function words, as exact terms (folded, marks stripped, no apostrophes), in byte order.
 * Names and things stay out (May, ill, shell), and of the other languages what means something in English (war, die,
 * car): an index may hold several languages, and a question does not say in which it is put. What is elided in French and
 * Italian is a word (section 2 of docs/analysis.md), and so single letters are here. */
#include "common/text/text.h"

#include <string.h>

static const char *const danish[] = {
    "af",    "alle",  "alt",     "anden",   "andet",   "andre",  "at",    "bade",   "blev",   "blevet", "bliver",
    "da",    "de",    "den",     "denne",   "dens",    "der",    "deres", "derfor", "det",    "dette",  "din",
    "dine",  "disse", "dit",     "du",      "efter",   "ej",     "eller", "en",     "endnu",  "er",     "et",
    "fa",    "flere", "for",     "fordi",   "fra",     "før",    "ham",   "han",    "hans",   "har",    "havde",
    "have",  "hende", "hendes",  "her",     "hos",     "hun",    "hvad",  "hvem",   "hver",   "hvilke", "hvilken",
    "hvis",  "hvor",  "hvordan", "hvorfor", "hvornar", "i",      "igen",  "ikke",   "ind",    "ingen",  "intet",
    "ja",    "jeg",   "jer",     "kan",     "kom",     "kommer", "kun",   "kunne",  "lige",   "mange",  "matte",
    "med",   "meget", "mellem",  "mig",     "min",     "mit",    "mod",   "nar",    "ned",    "nej",    "nogen",
    "noget", "nogle", "nok",     "nu",      "nær",     "og",     "ogsa",  "om",     "op",     "os",     "over",
    "pa",    "sa",    "sadan",   "samme",   "selv",    "sig",    "sine",  "skal",   "skulle", "som",    "til",
    "ud",    "uden",  "under",   "var",     "vi",      "via",    "vil",   "ville",  "vor",    "vore",   "vores",
    "være",  "været",
};

static const char *const german[] = {
    "aber",    "alle",    "allem",   "aller",  "alles",  "als",    "also",   "am",     "an",     "andere",  "anderem",
    "anderen", "anderer", "anderes", "auch",   "auf",    "aus",    "bei",    "beim",   "bis",    "bist",    "da",
    "dabei",   "damit",   "dann",    "das",    "dass",   "dein",   "deine",  "den",    "denn",   "der",     "deren",
    "des",     "dessen",  "dich",    "diese",  "diesem", "diesen", "dieser", "dieses", "dir",    "doch",    "dort",
    "du",      "durch",   "ein",     "eine",   "einem",  "einen",  "einer",  "eines",  "er",     "es",      "etwas",
    "euch",    "euer",    "eure",    "fur",    "gegen",  "gibt",   "hab",    "habe",   "haben",  "hatte",   "hatten",
    "hier",    "hin",     "hinter",  "ich",    "ihm",    "ihn",    "ihnen",  "ihr",    "ihre",   "ihrem",   "ihren",
    "ihrer",   "ihres",   "im",      "in",     "indem",  "ist",    "jede",   "jedem",  "jeden",  "jeder",   "jedes",
    "jene",    "jenem",   "jenen",   "jener",  "jenes",  "jetzt",  "kann",   "kein",   "keine",  "keinem",  "keinen",
    "keiner",  "keines",  "konnen",  "konnte", "manche", "mehr",   "mein",   "meine",  "meinem", "meinen",  "meiner",
    "mir",     "mit",     "muss",    "mussen", "musste", "nach",   "nicht",  "nichts", "noch",   "nun",     "nur",
    "ob",      "oder",    "ohne",    "schon",  "sehr",   "sei",    "seid",   "sein",   "seine",  "seinem",  "seinen",
    "seiner",  "seines",  "seit",    "selbst", "sich",   "sie",    "sind",   "so",     "solche", "solchem", "solchen",
    "solcher", "sollte",  "sondern", "sonst",  "um",     "und",    "uns",    "unser",  "unsere", "unserem", "unseren",
    "unter",   "viel",    "vom",     "von",    "vor",    "waren",  "warum",  "was",    "weil",   "welche",  "welchem",
    "welchen", "welcher", "welches", "wenn",   "wer",    "werde",  "werden", "wie",    "wieder", "will",    "wir",
    "wird",    "wirst",   "wo",      "wollen", "wurde",  "wurden", "zu",     "zum",    "zur",    "zwar",    "zwischen",
};

static const char *const english[] = {
    "a",        "about",      "above",    "after",  "again",   "against",    "aint",     "all",        "also",
    "although", "am",         "among",    "an",     "and",     "any",        "are",      "arent",      "as",
    "at",       "be",         "because",  "been",   "before",  "behind",     "being",    "below",      "between",
    "both",     "but",        "by",       "can",    "cannot",  "cant",       "could",    "couldnt",    "couldve",
    "did",      "didnt",      "do",       "does",   "doesnt",  "doing",      "done",     "dont",       "down",
    "during",   "each",       "even",     "every",  "few",     "for",        "from",     "further",    "got",
    "had",      "hadnt",      "has",      "hasnt",  "have",    "havent",     "having",   "he",         "her",
    "here",     "hers",       "herself",  "him",    "himself", "his",        "how",      "however",    "i",
    "if",       "im",         "in",       "into",   "is",      "isnt",       "it",       "itll",       "its",
    "itself",   "ive",        "let",      "many",   "me",      "might",      "mightnt",  "more",       "most",
    "much",     "must",       "mustnt",   "my",     "myself",  "neednt",     "no",       "nor",        "not",
    "now",      "of",         "off",      "on",     "only",    "or",         "other",    "ought",      "our",
    "ours",     "ourselves",  "out",      "over",   "own",     "same",       "shall",    "shant",      "she",
    "should",   "shouldnt",   "shouldve", "since",  "so",      "some",       "such",     "than",       "that",
    "thatll",   "the",        "their",    "theirs", "them",    "themselves", "then",     "there",      "therell",
    "these",    "they",       "theyd",    "theyll", "theyre",  "theyve",     "this",     "those",      "though",
    "through",  "throughout", "to",       "too",    "under",   "unless",     "until",    "up",         "upon",
    "us",       "very",       "was",      "wasnt",  "we",      "were",       "werent",   "weve",       "what",
    "whatre",   "when",       "where",    "which",  "while",   "who",        "whom",     "whose",      "whove",
    "why",      "will",       "with",     "within", "without", "wont",       "would",    "wouldnt",    "wouldve",
    "you",      "youd",       "youll",    "your",   "youre",   "yours",      "yourself", "yourselves", "youve",
};

static const char *const spanish[] = {
    "a",        "al",       "algo",     "alguna",  "algunas", "alguno",  "algunos",  "ante",     "antes",   "aquel",
    "aquella",  "aquellas", "aquellos", "asi",     "aun",     "aunque",  "bajo",     "cada",     "casi",    "como",
    "con",      "cual",     "cuales",   "cuando",  "cuanto",  "de",      "del",      "desde",    "donde",   "durante",
    "e",        "el",       "ella",     "ellas",   "ellos",   "en",      "entre",    "eran",     "eres",    "es",
    "esa",      "esas",     "ese",      "eso",     "esos",    "esta",    "estaba",   "estaban",  "estado",  "estan",
    "estar",    "estas",    "este",     "esto",    "estos",   "estoy",   "fue",      "fueron",   "ha",      "haber",
    "habia",    "habian",   "hace",     "hacia",   "han",     "hasta",   "hay",      "he",       "la",      "las",
    "le",       "les",      "lo",       "los",     "mas",     "me",      "mi",       "mientras", "mis",     "mucho",
    "muchos",   "muy",      "nada",     "ni",      "no",      "nos",     "nosotras", "nosotros", "nuestra", "nuestro",
    "nuestros", "o",        "os",       "otra",    "otras",   "otro",    "otros",    "para",     "pero",    "poco",
    "por",      "porque",   "pues",     "que",     "quien",   "quienes", "se",       "segun",    "ser",     "sera",
    "seran",    "si",       "sido",     "siempre", "sino",    "sobre",   "soy",      "su",       "sus",     "suya",
    "suyo",     "tambien",  "tampoco",  "tan",     "tanto",   "te",      "tener",    "tengo",    "tenia",   "ti",
    "tiene",    "tienen",   "toda",     "todas",   "todavia", "todo",    "todos",    "tras",     "tu",      "tus",
    "un",       "una",      "unas",     "uno",     "unos",    "usted",   "ustedes",  "vosotros", "y",       "ya",
    "yo",
};

static const char *const finnish[] = {
    "ei",     "eivat",  "emme",    "en",        "enemman", "ennen",   "enta",    "et",      "etta",   "ette",
    "han",    "haneen", "hanella", "hanelle",   "hanen",   "hanessa", "hanesta", "hanet",   "hanta",  "he",
    "heidan", "heidat", "heihin",  "heilla",    "heille",  "heissa",  "heista",  "heita",   "itse",   "ja",
    "johon",  "joiden", "joihin",  "joilla",    "joille",  "joissa",  "joista",  "joita",   "joka",   "jokin",
    "joko",   "jolla",  "jolle",   "jona",      "jonka",   "jos",     "joskus",  "jossa",   "josta",  "jota",
    "jotka",  "jotta",  "juuri",   "kai",       "kaikki",  "kanssa",  "keiden",  "keita",   "kenen",  "kenet",
    "ketka",  "kuin",   "kuinka",  "kuitenkin", "kuka",    "kun",     "kylla",   "lisaksi", "me",     "meidan",
    "meidat", "meihin", "meilla",  "meille",    "meissa",  "meista",  "meita",   "mihin",   "mika",   "mikaan",
    "mikali", "miksi",  "milla",   "mille",     "mina",    "minka",   "minulla", "minulle", "minun",  "minut",
    "missa",  "mista",  "mita",    "mitka",     "mukaan",  "mutta",   "muun",    "muut",    "myos",   "ne",
    "niiden", "niihin", "niilla",  "niille",    "niin",    "niissa",  "niista",  "niita",   "noin",   "nuo",
    "ole",    "olemme", "olen",    "olet",      "olette",  "oli",     "olimme",  "olin",    "olisi",  "olisivat",
    "olit",   "olitte", "olivat",  "olla",      "olleet",  "ollut",   "on",      "ovat",    "poikki", "se",
    "seka",   "siella", "siihen",  "siina",     "siita",   "silla",   "sille",   "sina",    "sinun",  "sinut",
    "sita",   "sitten", "tahan",   "tai",       "talla",   "talle",   "tama",    "taman",   "tassa",  "tasta",
    "tata",   "te",     "teidan",  "teille",    "teita",   "tuo",     "tuon",    "vaan",    "vai",    "vaikka",
    "vain",   "viela",  "voi",     "voivat",    "yli",
};

static const char *const french[] = {
    "a",      "ainsi",   "alors",    "apres",   "as",     "au",    "aucun",    "aucune",  "aurait",  "aussi",
    "autre",  "autres",  "aux",      "avaient", "avait",  "avant", "avec",     "avez",    "avoir",   "avons",
    "ayant",  "c",       "ce",       "ceci",    "cela",   "celle", "celles",   "celui",   "ces",     "cet",
    "cette",  "ceux",    "chaque",   "chez",    "ci",     "comme", "contre",   "d",       "dans",    "de",
    "depuis", "des",     "donc",     "dont",    "du",     "elle",  "elles",    "en",      "encore",  "entre",
    "es",     "est",     "et",       "etaient", "etais",  "etait", "etant",    "ete",     "etre",    "eux",
    "faire",  "fait",    "font",     "fut",     "il",     "ils",   "j",        "je",      "jusqu",   "jusque",
    "l",      "la",      "laquelle", "le",      "lequel", "les",   "lesquels", "leur",    "leurs",   "lors",
    "lorsqu", "lorsque", "lui",      "m",       "mais",   "me",    "meme",     "memes",   "mes",     "mien",
    "moi",    "moins",   "mon",      "n",       "ne",     "ni",    "non",      "nos",     "nous",    "on",
    "ont",    "ou",      "par",      "parce",   "pas",    "peu",   "peut",     "peuvent", "pour",    "pourquoi",
    "puis",   "puisqu",  "puisque",  "qu",      "quand",  "que",   "quel",     "quelle",  "quelles", "quels",
    "qui",    "quoi",    "quoiqu",   "s",       "sa",     "sans",  "se",       "selon",   "sera",    "serait",
    "seront", "ses",     "si",       "sien",    "soi",    "soit",  "sommes",   "sont",    "sous",    "suis",
    "sur",    "t",       "ta",       "te",      "tes",    "toi",   "tous",     "toute",   "toutes",  "tres",
    "trop",   "tu",      "un",       "une",     "va",     "vers",  "voici",    "voila",   "vos",     "votre",
    "vous",   "y",
};

static const char *const hungarian[] = {
    "a",         "abban",   "ahhoz",   "ahogy",   "ahol",     "aki",     "akik",    "akkor",   "alatt",  "altal",
    "altalaban", "amely",   "amelyek", "amelyet", "amelynek", "ami",     "amig",    "amikor",  "amit",   "annak",
    "arra",      "arrol",   "az",      "azert",   "azok",     "azon",    "azonban", "azt",     "aztan",  "azutan",
    "azzal",     "be",      "belul",   "benne",   "csak",     "de",      "e",       "ebben",   "eddig",  "egy",
    "egyeb",     "egyes",   "egyik",   "egyre",   "ehhez",    "ekkor",   "el",      "eleg",    "elott",  "en",
    "eppen",     "erre",    "es",      "ez",      "ezek",     "ezen",    "ezert",   "ezt",     "ezzel",  "fel",
    "fele",      "ha",      "hanem",   "hiszen",  "hogy",     "hogyan",  "hol",     "igen",    "igy",    "illetve",
    "is",        "ismet",   "itt",     "jol",     "kell",     "kellett", "ki",      "kivul",   "kozben", "kozott",
    "kozul",     "le",      "legyen",  "lehet",   "lehetett", "lenne",   "lesz",    "lett",    "meg",    "mellett",
    "mely",      "melyek",  "mert",    "mi",      "miatt",    "mikor",   "milyen",  "minden",  "mindig", "mint",
    "mintha",    "mit",     "most",    "nagyon",  "ne",       "neha",    "nekem",   "neki",    "nelkul", "nem",
    "nincs",     "o",       "oket",    "olyan",   "ossze",    "ott",     "pedig",   "persze",  "ra",     "s",
    "sajat",     "sem",     "semmi",   "sok",     "soran",    "szamara", "szemben", "szerint", "tehat",  "tobb",
    "tovabb",    "tovabba", "ugy",     "ugyanis", "utan",     "utana",   "vagy",    "vagyis",  "valaki", "valami",
    "van",       "vannak",  "vele",    "viszont", "volna",    "volt",    "voltak",  "voltam",
};

static const char *const italian[] = {
    "a",      "abbia",   "abbiamo", "abbiano", "agli",   "al",     "all",     "alla",   "alle",    "allo",  "allora",
    "altra",  "altre",   "altri",   "altro",   "anche",  "ancora", "avere",   "aveva",  "avevano", "c",     "ce",
    "che",    "chi",     "ci",      "cio",     "coi",    "col",    "coll",    "con",    "contro",  "cosa",  "cose",
    "cosi",   "cui",     "d",       "da",      "dagli",  "dai",    "dal",     "dall",   "dalla",   "dalle", "dallo",
    "degli",  "dei",     "del",     "della",   "delle",  "dello",  "dentro",  "di",     "dopo",    "dove",  "durante",
    "e",      "erano",   "essere",  "fa",      "fino",   "fra",    "fu",      "furono", "gia",     "gli",   "ha",
    "hai",    "hanno",   "ho",      "i",       "il",     "in",     "infatti", "invece", "io",      "l",     "la",
    "le",     "lei",     "lo",      "loro",    "lui",    "m",      "me",      "mentre", "mi",      "mia",   "mie",
    "miei",   "mio",     "molto",   "n",       "ne",     "negli",  "nei",     "nel",    "nella",   "nelle", "nello",
    "noi",    "non",     "nostra",  "nostre",  "nostri", "nostro", "o",       "od",     "ogni",    "oltre", "oppure",
    "per",    "perche",  "pero",    "piu",     "poi",    "prima",  "proprio", "qua",    "quale",   "quali", "quando",
    "quanto", "quella",  "quelle",  "quelli",  "quello", "questa", "queste",  "questi", "questo",  "qui",   "quindi",
    "s",      "saranno", "se",      "sei",     "sempre", "senza",  "si",      "sia",    "siamo",   "siano", "siete",
    "sono",   "sopra",   "sotto",   "sta",     "stata",  "stati",  "stato",   "su",     "sua",     "sugli", "sui",
    "sul",    "sull",    "sulla",   "sulle",   "sullo",  "suo",    "suoi",    "t",      "tra",     "tu",    "tua",
    "tue",    "tuo",     "tuoi",    "tutta",   "tutte",  "tutti",  "tutto",   "un",     "una",     "uno",   "vi",
    "voi",    "vostra",  "vostro",
};

static const char *const dutch[] = {
    "aan",    "al",     "alle",    "alleen", "alles",     "als",     "altijd", "andere", "bij",    "daar",   "daarom",
    "dat",    "de",     "deze",    "dit",    "doch",      "doen",    "dus",    "een",    "eens",   "en",     "er",
    "ge",     "geen",   "geweest", "haar",   "had",       "hadden",  "heb",    "hebben", "heeft",  "hem",    "hen",
    "het",    "hier",   "hij",     "hoe",    "hun",       "iemand",  "iets",   "ik",     "in",     "is",     "ja",
    "je",     "jij",    "jou",     "jouw",   "jullie",    "kan",     "kon",    "konden", "kunnen", "maar",   "me",
    "meer",   "mij",    "mijn",    "mocht",  "moest",     "moet",    "moeten", "na",     "naar",   "niet",   "niets",
    "nog",    "nooit",  "nu",      "of",     "om",        "omdat",   "ons",    "onze",   "ook",    "op",     "over",
    "reeds",  "sinds",  "te",      "tegen",  "tegenover", "tijdens", "toch",   "toen",   "tot",    "tussen", "u",
    "uit",    "uw",     "van",     "vanaf",  "vanuit",    "veel",    "via",    "voor",   "waar",   "waarom", "waren",
    "was",    "wat",    "we",      "wel",    "welke",     "werd",    "werden", "wie",    "wij",    "wil",    "wilde",
    "worden", "wordt",  "zal",     "ze",     "zei",       "zelf",    "zich",   "zij",    "zijn",   "zo",     "zoals",
    "zon",    "zonder", "zou",     "zouden", "zulke",
};

static const char *const norwegian[] = {
    "alle",   "alt",   "andre",  "annen",   "annet",  "at",    "av",      "bade",    "bae",   "begge", "ble",   "blei",
    "bli",    "blir",  "blitt",  "da",      "de",     "deg",   "dei",     "den",     "denne", "der",   "dere",  "deres",
    "det",    "dette", "di",     "din",     "disse",  "ditt",  "du",      "eg",      "ei",    "ein",   "eit",   "eller",
    "en",     "enn",   "er",     "et",      "ett",    "etter", "fa",      "for",     "fordi", "fra",   "før",   "ha",
    "hadde",  "han",   "hans",   "har",     "hennar", "henne", "hennes",  "her",     "hja",   "ho",    "hun",   "hva",
    "hvem",   "hver",  "hvilke", "hvilken", "hvis",   "hvor",  "hvordan", "hvorfor", "i",     "ikke",  "ikkje", "ingen",
    "inn",    "ja",    "jeg",    "kan",     "kom",    "kun",   "kunne",   "kva",     "kvar",  "kven",  "mange", "matte",
    "med",    "medan", "meg",    "meget",   "mellom", "mer",   "mi",      "min",     "mot",   "na",    "nar",   "ned",
    "nei",    "noe",   "noen",   "noko",    "nokon",  "og",    "ogsa",    "om",      "opp",   "oss",   "over",  "pa",
    "sa",     "samme", "seg",    "selv",    "si",     "sia",   "sidan",   "siden",   "sine",  "sitt",  "sjøl",  "skal",
    "skulle", "som",   "somme",  "til",     "um",     "under", "ut",      "uten",    "var",   "vart",  "ved",   "vere",
    "verte",  "vi",    "via",    "vil",     "ville",  "vore",  "vors",    "være",    "vært",
};

static const char *const portuguese[] = {
    "a",      "ainda",  "alem",   "algo",    "alguem", "algum",   "alguma", "algumas",  "alguns",  "ante",   "antes",
    "ao",     "aos",    "apenas", "apos",    "aquela", "aquelas", "aquele", "aqueles",  "aquilo",  "as",     "assim",
    "ate",    "cada",   "como",   "contudo", "da",     "das",     "de",     "dela",     "delas",   "dele",   "deles",
    "depois", "desde",  "dessa",  "desse",   "desta",  "deste",   "disso",  "disto",    "do",      "dos",    "durante",
    "e",      "ela",    "elas",   "ele",     "eles",   "em",      "embora", "enquanto", "entre",   "eram",   "essa",
    "essas",  "esse",   "esses",  "esta",    "estao",  "estar",   "estas",  "estava",   "estavam", "este",   "estes",
    "estou",  "foi",    "for",    "foram",   "fosse",  "ha",      "havia",  "isso",     "isto",    "ja",     "la",
    "lhe",    "lhes",   "mais",   "mas",     "me",     "mesma",   "mesmo",  "meu",      "meus",    "mim",    "minha",
    "minhas", "muita",  "muito",  "muitos",  "na",     "nao",     "nas",    "nem",      "nessa",   "nesse",  "nesta",
    "neste",  "no",     "nos",    "nossa",   "nosso",  "num",     "numa",   "o",        "onde",    "os",     "ou",
    "outra",  "outras", "outro",  "outros",  "para",   "pela",    "pelas",  "pelo",     "pelos",   "per",    "perante",
    "pode",   "podem",  "pois",   "por",     "porem",  "porque",  "quais",  "qual",     "quando",  "quanto", "que",
    "quem",   "se",     "seja",   "sem",     "sempre", "ser",     "sera",   "serao",    "seu",     "seus",   "si",
    "sido",   "so",     "sob",    "sobre",   "sua",    "suas",    "tambem", "tao",      "tem",     "ter",    "teu",
    "tinha",  "tinham", "toda",   "todas",   "todo",   "todos",   "tu",     "tua",      "tudo",    "um",     "uma",
    "umas",   "uns",    "voce",   "voces",   "vos",
};

static const char *const russian[] = {
    "а",      "без",   "более",  "будет", "будут",     "бы",     "был",    "была",   "были",  "было",  "быть",
    "в",      "вам",   "вас",    "ведь",  "весь",      "во",     "вот",    "все",    "всего", "всех",  "всю",
    "вы",     "где",   "да",     "даже",  "для",       "до",     "другой", "его",    "ее",    "ей",    "ему",
    "если",   "есть",  "еще",    "ж",     "же",        "за",     "здесь",  "и",      "из",    "или",   "им",
    "именно", "ими",   "иногда", "их",    "к",         "каждый", "как",    "какая",  "какие", "какой", "ко",
    "когда",  "кто",   "ли",     "либо",  "лишь",      "между",  "меня",   "мне",    "много", "может", "можно",
    "мой",    "моя",   "мы",     "на",    "над",       "надо",   "нам",    "нас",    "наш",   "наша",  "наши",
    "не",     "него",  "нее",    "ней",   "некоторые", "нет",    "ни",     "нибудь", "ним",   "них",   "ничего",
    "но",     "ну",    "о",      "об",    "обо",       "однако", "он",     "она",    "они",   "оно",   "от",
    "ото",    "очень", "перед",  "по",    "под",       "после",  "потом",  "потому", "при",   "про",   "пусть",
    "раз",    "разве", "с",      "сам",   "сама",      "сами",   "само",   "своего", "своей", "свои",  "своих",
    "свой",   "свою",  "себе",   "себя",  "сейчас",    "со",     "совсем", "так",    "такая", "также", "такие",
    "такого", "такой", "там",    "тебе",  "тебя",      "тем",    "теперь", "то",     "того",  "тоже",  "той",
    "только", "том",   "тот",    "тою",   "ту",        "тут",    "ты",     "у",      "уж",    "уже",   "хоть",
    "хотя",   "чего",  "чей",    "чем",   "через",     "что",    "чтоб",   "чтобы",  "чуть",  "эта",   "эти",
    "этим",   "этих",  "это",    "этого", "этой",      "этом",   "этому",  "этот",   "эту",   "я",
};

static const char *const swedish[] = {
    "alla",  "allt",  "an",     "andra",  "annan",  "annat",  "ar",    "at",     "att",    "av",     "bade",  "bara",
    "bland", "blev",  "bli",    "blir",   "blivit", "da",     "dar",   "darfor", "de",     "den",    "denna", "deras",
    "dess",  "dessa", "det",    "detta",  "din",    "dina",   "ditt",  "du",     "efter",  "ej",     "eller", "en",
    "er",    "ert",   "ett",    "fa",     "fick",   "for",    "fran",  "genom",  "ha",     "hade",   "han",   "hans",
    "har",   "henne", "hennes", "hon",    "honom",  "hos",    "hur",   "i",      "icke",   "ifran",  "igen",  "infor",
    "ingen", "inget", "innan",  "inom",   "inte",   "jag",    "ju",    "kan",    "kom",    "kommer", "kunde", "maste",
    "med",   "medan", "mellan", "mer",    "mig",    "min",    "mina",  "mot",    "mycket", "nagon",  "nagot", "nagra",
    "nar",   "ni",    "nu",     "och",    "ocksa",  "om",     "oss",   "over",   "pa",     "sa",     "sadan", "samma",
    "sedan", "sig",   "sina",   "sitt",   "sjalv",  "ska",    "skall", "skulle", "som",    "till",   "under", "upp",
    "ut",    "utan",  "vad",    "var",    "vara",   "varfor", "varit", "varje",  "vars",   "vart",   "vem",   "vi",
    "via",   "vid",   "vilka",  "vilken", "vilket", "vill",
};

#define TABLE(code, words) \
  { code, words, sizeof words / sizeof words[0] }

static const struct table {
  const char *code;
  const char *const *words;
  size_t count;
} tables[] = {
    TABLE("da", danish),     TABLE("de", german),    TABLE("en", english), TABLE("es", spanish), TABLE("fi", finnish),
    TABLE("fr", french),     TABLE("hu", hungarian), TABLE("it", italian), TABLE("nl", dutch),   TABLE("no", norwegian),
    TABLE("pt", portuguese), TABLE("ru", russian),   TABLE("sv", swedish),
};

const char *const *stop_word_list(int language, size_t *count) {
  const char *code = language_code(language);
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    if (strcmp(tables[i].code, code) == 0) {
      *count = tables[i].count;
      return tables[i].words;
    }
  }
  *count = 0;
  return NULL;
}

static int compare(const char *word, const char *term, size_t len) {
  size_t word_len = strlen(word);
  int order = memcmp(word, term, word_len < len ? word_len : len);
  return order ? order : (word_len > len) - (word_len < len);
}

bool stop_word(int language, const char *term, size_t len) {
  size_t low = 0, high;
  const char *const *words = stop_word_list(language, &high);
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(words[middle], term, len);
    if (order == 0) return true;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}
