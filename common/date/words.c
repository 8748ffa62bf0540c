/* Words of dates in the languages of news, as they are after date_normal(): months, and what may stand around a date
 * without changing it. English is in parse.c, where a month may be cut anywhere. */
#include <string.h>

#include "common/date/scan.h"

/* A blank inside a name is written _. Where two languages differ the more read one holds: listopad is November, as in
 * Polish and Czech, and not October, as in Croatian. */
static const char *const month_words[12] = {
    "janner janvier janv enero ene janeiro gennaio gen gener xaneiro xan ianuarie ian januari januarie tammikuu "
    "tammikuuta tammikuun tammi jaanuar jaan janvaris janvari janvara sausis sausio saus styczen stycznia sty "
    "leden ledna led januara januarja sijecanj sijecnja sij јануар јануара јан ocak oca janar urtarrila "
    "urtarrilaren eanair ionawr janairu январь января янв січень січня січ студзень студзеня януари ιανουαριοσ "
    "ιανουαριου ιαν يناير كانون_الثاني جانفي ژانویه ינואר בינואר जनवरी জানুয়ারি มกราคม ม.ค ጃንዋሪ ጃኑዋሪ",
    "feber fevrier fevr fev febrero fevereiro febbraio febrer febreiro februarie februari helmikuu helmikuuta "
    "helmikuun helmi veebruar veebr februaris februara vasaris vasario vas luty lutego lut unor unora uno "
    "februarja veljaca veljace velj фебруар фебруара феб subat sub shkurt otsaila otsailaren feabhra chwefror "
    "pebruari fabrairu pebrero февраль февраля фев февр лютии лютого лют люты лютага февруари φεβρουαριοσ "
    "φεβρουαριου φεβ فبراير شباط فيفري فوریه פברואר בפברואר फरवरी फ़रवरी ফেব্রুয়ারি กุมภาพันธ์ ก.พ ፌብሩዋሪ ፌብሩወሪ",
    "marz mrz maerz mars marzo marco martie maart mrt marts maaliskuu maaliskuuta maaliskuun maalis marta kovas "
    "kovo kov marzec marca brezen brezna bre marec ozujak ozujka ozu mart март марта marcius martxoa martxoaren "
    "mawrth maret mac machi maris marso мар березень березня бер сакавік сакавіка μαρτιοσ μαρτιου μαρ مارس اذار "
    "מרץ במרץ मार्च মার্চ มีนาคม มี.ค ማርች",
    "avril avr abril abr aprile aprilie huhtikuu huhtikuuta huhtikuun huhti aprill aprilis aprili aprila balandis "
    "balandzio bal kwiecien kwietnia kwi duben dubna dub travanj travnja tra април априла nisan nis prill apirila "
    "apirilaren aibrean ebrill afrilu апрель апреля апр квітень квітня кві красавік красавіка απριλιοσ απριλιου "
    "απρ ابريل نيسان افريل اوریل אפריל באפריל अप्रैल এপ্রিল เมษายน เม.ย ኤፕሪል ኤፕረል",
    "mai mayo maio maggio mag maig mei maj toukokuu toukokuuta toukokuun touko maijs maija geguze geguzes geg "
    "maja kveten kvetna kve svibanj svibnja svi мај маја majus mayıs maiatza maiatzaren bealtaine mayu маи мая "
    "травень травня тра трауня μαιοσ μαιου μαι مايو ايار ماي مه מאי במאי मई মে พฤษภาคม พ.ค ሜይ",
    "juni juin junio junho giugno giu juny xuno xun iunie iun junie kesakuu kesakuuta kesakuun kesa juuni junijs "
    "junija birzelis birzelio birz czerwiec czerwca cze cerven cervna cvn juna junij lipanj lipnja јун јуна "
    "junius haziran haz qershor ekaina ekainaren meitheamh mehefin yuni hunyo июнь июня июн червень червня чер "
    "чэрвень чэрвеня юни ιουνιοσ ιουνιου ιουν يونيو حزيران جوان يونيه ژوين יוני ביוני जून জুন มิถุนายน มิ.ย ጁን",
    "juli juillet juil julio julho luglio lug juliol xullo xul iulie iul julie heinakuu heinakuuta heinakuun "
    "heina juuli julijs julija liepa liepos liep lipiec lipca lip cervenec cervence cvc jula julij srpanj srpnja "
    "јул јула julius temmuz tem korrik uztaila uztailaren iuil gorffennaf julai yuli hulyo июль июля июл липень "
    "липня лип ліпень ліпеня юли ιουλιοσ ιουλιου ιουλ يوليو تموز جويلية يوليه ژويیه יולי ביולי जुलाई জুলাই "
    "กรกฎาคม ก.ค ጁላይ",
    "aout agosto ago agost ag augustus augusti agust agu elokuu elokuuta elokuun elo augusts augusta rugpjutis "
    "rugpjucio rugp sierpien sierpnia sie srpen srpna srp avgust avgusta avg kolovoz kolovoza kol август августа "
    "augusztus agustos gusht abuztua abuztuaren lunasa awst agustus ogos agosti agusta авг серпень серпня сер "
    "жнівень жніуня αυγουστοσ αυγουστου αυγ اغسطس اب اوت אוגוסט באוגוסט अगस्त আগস্ট สิงหาคม ส.ค ኦገስት",
    "septembre septiembre setiembre set setembro settembre sett setembre septembrie syyskuu syyskuuta syyskuun "
    "syys septembris septembri septembra rugsejis rugsejo rugs wrzesien wrzesnia wrz zari zar rujan rujna ruj "
    "septembar септембар септембра szeptember szept eylul eyl shtator iraila irailaren mean_fomhair medi septemba "
    "satumba setyembre сентябрь сентября сен сент вересень вересня вер верасень верасня септември σεπτεμβριοσ "
    "σεπτεμβριου σεπ سبتمبر ايلول سپتامبر ספטמבר בספטמבר सितंबर सितम्बर সেপ্টেম্বর กันยายน ก.ย ሴፕቴምበር",
    "oktober okt octobre octubre outubro out ottobre ott octombrie lokakuu lokakuuta lokakuun loka oktoober "
    "oktobris oktobri oktobra spalis spalio spal pazdziernik pazdziernika paz rijen rijna rij oktobar октобар "
    "октобра ekim eki tetor urria urriaren deireadh_fomhair hydref oktoba oktubre октябрь октября окт жовтень "
    "жовтня жов кастрычнік кастрычніка октомври οκτωβριοσ οκτωβριου οκτ اكتوبر تشرين_الاول اکتبر אוקטובר באוקטובר "
    "अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค ኦክቶበር",
    "novembre noviembre novembro noiembrie noi marraskuu marraskuuta marraskuun marras novembris novembri "
    "novembra lapkritis lapkricio lapkr listopad listopada lis listopadu novembar новембар новембра kasım kasim "
    "kas nentor azaroa azaroaren samhain tachwedd nopember novemba nuwamba nobyembre ноябрь ноября ноя нояб "
    "листопад листопада лис лістапад лістапада ноември νοεμβριοσ νοεμβριου νοε نوفمبر تشرين_الثاني نوامبر נובמבר "
    "בנובמבר नवंबर नवम्बर নভেম্বর พฤศจิกายน พ.ย ኖቬምበር",
    "dezember dez decembre diciembre dic dezembro dicembre desembre des decembro decembrie desember joulukuu "
    "joulukuuta joulukuun joulu detsember dets decembris decembri decembra gruodis gruodzio gruod grudzien "
    "grudnia gru prosinec prosince pro prosinac prosinca decembar децембар децембра aralık aralik ara dhjetor "
    "abendua abenduaren nollaig rhagfyr disember desemba disamba disyembre декабрь декабря дек грудень грудня гру "
    "снежань снежня декември δεκεμβριοσ δεκεμβριου δεκ ديسمبر كانون_الاول دسامبر דצמבר בדצמבר दिसंबर दिसम्बर "
    "ডিসেম্বর ธันวาคม ธ.ค ዲሴምበር",
};

/* Days of the week, a line or two a group of languages; then "updated", articles and prepositions, what follows a year;
 * then what stands before or behind a time. */
static const char *const filler_words[] = {
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
    "lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom segunda-feira terca-feira "
    "quarta-feira quinta-feira sexta-feira seg ter qua qui sex luns mercores xoves venres",
    "lunedi martedi mercoledi giovedi venerdi sabato domenica gio",
    "dilluns dimarts dimecres dijous divendres dissabte diumenge luni marti miercuri joi vineri sambata duminica",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo vrydag saterdag sondag",
    "mandag tisdag onsdag torsdag fredag lordag tirsdag lørdag søndag man tir ons tor fre lør søn lor son "
    "manudagur þriðjudagur miðvikudagur fimmtudagur fostudagur laugardagur sunnudagur",
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona "
    "torstaina perjantaina lauantaina sunnuntaina ke pe la su esmaspaev teisipaev kolmapaev neljapaev reede "
    "laupaev puhapaev",
    "pirmdiena otrdiena tresdiena ceturtdiena piektdiena sestdiena svetdiena pirmadienis antradienis treciadienis "
    "ketvirtadienis penktadienis sestadienis sekmadienis",
    "poniedziałek wtorek sroda czwartek piatek sobota niedziela pon wto sro czw pia sob nie",
    "pondeli utery streda ctvrtek patek nedele pondelok utorok stvrtok piatok nedela ct pa",
    "ponedeljek torek sreda cetrtek petek nedelja ponedjeljak utorak srijeda cetvrtak petak subota nedjelja "
    "ponedeljak понедељак уторак среда четвртак петак субота недеља",
    "hetfo kedd szerda csutortok pentek szombat vasarnap",
    "pazartesi salı carsamba persembe cuma cumartesi pazar sal car per cum cmt pzt",
    "senin selasa rabu kamis jumat sabtu minggu isnin khamis jumaat ahad jumatatu jumanne jumatano alhamisi "
    "ijumaa jumamosi jumapili litinin talata laraba juma a asabar lahadi",
    "thu_hai thu_ba thu_tu thu_nam thu_sau thu_bay chu_nhat",
    "понедельник вторник четверг пятница суббота воскресенье пн вт ср чт пт сб вс понеделник сряда четвъртък "
    "петък събота неделя",
    "понеділок вівторок середа четвер п_ятниця неділя панядзелак ауторак серада чацвер пятніца нядзеля нд",
    "δευτερα τριτη τεταρτη πεμπτη παρασκευη σαββατο κυριακη",
    "الاثنين الثلاثاء الاربعاء الخميس الجمعة السبت الاحد دوشنبه شنبه جمعه יום_שני יום_שלישי יום_רביעי יום_חמישי "
    "יום_שישי שבת יום_ראשון",
    "सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার "
    "রবিবার",
    "วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日 週一 週二 週三 週四 週五 週六 週日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 월요일 "
    "화요일 수요일 목요일 금요일 토요일 일요일",
    "published posted updated last first modified created date dated on the written issued edited revised from "
    "since as of in th st nd rd veroffentlicht aktualisiert am stand vom den der erstellt zuletzt geandert publie "
    "le modifie mis jour mise du er l publicado actualizado atualizado el en em de del o d ano publicat "
    "actualitzat les pubblicato il aggiornato dell gepubliceerd op bijgewerkt publicerad publisert publiceret "
    "uppdaterad oppdatert opdateret opublikowano aktualizacja dnia r roku zverejneno dne objavljeno r. rok god "
    "година године год года г р рік року опубликовано обновлено г. роки го гг от kozzeteve m y ko gada ngay nam "
    "thang_ngay tarihi tarihinde yayınlanma guncelleme ที่ วันที่ พ ศ พ.ศ τισ στισ η ησ בתאריך في يوم tanggal tgl",
    "at um uhr h hrs hr hours alle kl klo klockan ora ore godz godzina o_godz om uur v в о об luc a_las a_la saat "
    "lu kell pukul jam את בשעה الساعة ч час",
};
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

/* Length of the longest word of the list that the text goes on with, whole; 0 when there is none. All words begin with
 * a letter, and most dates end, or go on with a figure, where one is looked for. */
static size_t match(const struct scan *in, const char *list) {
  size_t longest = 0;
  if (!is_letter(scan_peek(in, 0))) return 0;
  while (*list) {
    size_t len = strcspn(list, " "), i = 0;
    while (i < len && lower(scan_peek(in, i)) == (list[i] == '_' ? ' ' : list[i])) i++;
    if (i == len && len > longest && !is_letter(scan_peek(in, len))) longest = len;
    list += len;
    list += *list == ' ';
  }
  return longest;
}

int scan_month_word(struct scan *in) {
  int month = 0;
  size_t longest = 0;
  for (int i = 0; i < 12; i++) {
    size_t len = match(in, month_words[i]);
    if (len > longest) longest = len, month = i + 1;
  }
  in->at += longest;
  return month;
}

bool scan_filler(struct scan *in) {
  size_t longest = 0;
  for (size_t i = 0; i < sizeof filler_words / sizeof *filler_words; i++) {
    size_t len = match(in, filler_words[i]);
    if (len > longest) longest = len;
  }
  in->at += longest;
  return longest > 0;
}
