// The driver of Lucene; README.md describes the protocol. A seventh argument of `index` says in what state the index is
// left: "merged" into one segment, "natural", "bp" (one segment, reordered by recursive bisection) or "sorted" (one
// segment, newest article first).
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.misc.index.BPIndexReorderer;
import org.apache.lucene.misc.index.BPReorderingMergePolicy;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

public final class Driver {
  static final PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);

  static Sort newestFirst() {
    return new Sort(LongField.newSortField("date", true, SortedNumericSelector.Type.MAX));
  }

  static void figure(String name, double value) {
    if (value == Math.rint(value)) out.println(name + "\t" + (long) value);
    else out.println(name + "\t" + value);
  }

  // ---- Corpus ----

  /** Hands out blocks of whole lines, about a megabyte each, to any number of threads. */
  static final class Corpus {
    private static final int STEP = 1 << 20;
    private final InputStream in;
    private byte[] rest = new byte[0];

    Corpus(String path) throws IOException {
      in = path.equals("-") ? System.in : new FileInputStream(path);
    }

    synchronized byte[] take() throws IOException {
      byte[] block = rest;
      for (;;) {
        byte[] more = in.readNBytes(STEP);
        int old = block.length;
        block = Arrays.copyOf(block, old + more.length);
        System.arraycopy(more, 0, block, old, more.length);
        if (more.length == 0) {
          rest = new byte[0];
          return block.length == 0 ? null : block;
        }
        int end = block.length;
        while (end > 0 && block[end - 1] != '\n') end--;
        if (end == 0) continue;
        rest = Arrays.copyOfRange(block, end, block.length);
        return Arrays.copyOf(block, end);
      }
    }
  }

  @SuppressWarnings("deprecation") // the cheapest way from ASCII bytes to a string
  static String ascii(byte[] bytes, int from, int to) {
    return new String(bytes, 0, from, to - from);
  }

  static int find(byte[] bytes, int from, char c) {
    while (bytes[from] != c) from++;
    return from;
  }

  // ---- index ----

  static void addAll(IndexWriter writer, Corpus corpus, boolean store) throws IOException {
    Document document = new Document();
    StoredField id = new StoredField("id", "");
    TextField text = new TextField("text", "", store ? Field.Store.YES : Field.Store.NO);
    LongField date = new LongField("date", 0, Field.Store.NO);
    document.add(id);
    document.add(text);
    document.add(date);
    for (byte[] block; (block = corpus.take()) != null; ) {
      for (int at = 0; at < block.length; ) {
        int first = find(block, at, '\t');
        int second = find(block, first + 1, '\t');
        int end = find(block, second + 1, '\n');
        id.setStringValue(ascii(block, at, first));
        date.setLongValue(Long.parseLong(ascii(block, first + 1, second)));
        text.setStringValue(ascii(block, second + 1, end));
        writer.addDocument(document);
        at = end + 1;
      }
    }
  }

  static IndexWriterConfig config(String state, double megabytes) {
    TieredMergePolicy tiered = new TieredMergePolicy();
    tiered.setNoCFSRatio(0);
    MergePolicy policy = tiered;
    if (state.equals("bp")) {
      BPIndexReorderer reorderer = new BPIndexReorderer();
      reorderer.setRAMBudgetMB(megabytes);
      // Only the last merge reorders: what it makes is one segment, whatever order the small ones had.
      BPReorderingMergePolicy reordering = new BPReorderingMergePolicy(tiered, reorderer);
      reordering.setMinNaturalMergeNumDocs(Integer.MAX_VALUE);
      policy = reordering;
    }
    IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer());
    config.setSimilarity(new BM25Similarity(1.2f, 0.75f));
    config.setRAMBufferSizeMB(megabytes);
    config.setUseCompoundFile(false);
    config.setMergePolicy(policy);
    config.setMergeScheduler(new ConcurrentMergeScheduler());
    if (state.equals("sorted")) config.setIndexSort(newestFirst());
    return config;
  }

  static void index(String[] args) throws Exception {
    String state = args.length > 6 ? args[6] : "merged";
    int threads = Integer.parseInt(args[3]);
    boolean store = args[4].equals("1");
    long started = System.nanoTime();
    Corpus corpus = new Corpus(args[1]);
    try (Directory directory = new MMapDirectory(Path.of(args[2]));
        IndexWriter writer = new IndexWriter(directory, config(state, Double.parseDouble(args[5])))) {
      List<Thread> workers = new ArrayList<>();
      Throwable[] failure = new Throwable[1];
      for (int i = 0; i < threads; i++) {
        Thread worker = new Thread(() -> {
          try {
            addAll(writer, corpus, store);
          } catch (Throwable e) {
            failure[0] = e;
          }
        });
        worker.start();
        workers.add(worker);
      }
      for (Thread worker : workers) worker.join();
      if (failure[0] != null) throw new IOException(failure[0]);
      writer.commit();
      figure("seconds:committed", (System.nanoTime() - started) / 1e9);
      if (!state.equals("natural")) writer.forceMerge(1);
      writer.commit();
    }
    figure("seconds", (System.nanoTime() - started) / 1e9);
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    figure("cpu", system.getProcessCpuTime() / 1e9);
    for (String line : Files.readAllLines(Path.of("/proc/self/status")))
      if (line.startsWith("VmHWM:")) figure("peak_bytes", Double.parseDouble(line.replaceAll("\\D", "")) * 1024);
    printIndex(Path.of(args[2]));
  }

  static String part(String file) {
    String extension = file.substring(file.lastIndexOf('.') + 1);
    return switch (extension) {
      case "doc", "psm" -> "postings";
      case "pos" -> "positions";
      case "tim", "tip", "tmd" -> "dictionary";
      case "nvd", "nvm" -> "lengths";
      case "dvd", "dvm", "kdd", "kdi", "kdm" -> "dates";
      case "fdt", "fdx", "fdm" -> "stored";
      default -> "other";
    };
  }

  static void printIndex(Path path) throws IOException {
    long terms = 0, postings = 0, tokens = 0;
    Map<String, Long> parts = new TreeMap<>();
    try (Directory directory = new MMapDirectory(path); DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        Terms some = leaf.reader().terms("text");
        postings += some.getSumDocFreq();
        tokens += some.getSumTotalTermFreq();
      }
      TermsEnum all = MultiTerms.getTerms(reader, "text").iterator();
      while (all.next() != null) terms++;
      for (String file : directory.listAll())
        if (!file.equals("write.lock")) parts.merge(part(file), directory.fileLength(file), Long::sum);
      figure("documents", reader.numDocs());
      figure("terms", terms);
      figure("postings", postings);
      figure("tokens", tokens);
      figure("segments", reader.leaves().size());
    }
    parts.forEach((name, bytes) -> figure("bytes:" + name, bytes));
  }

  // ---- serve ----

  static Query clause(String words) {
    String[] all = words.split(" ");
    return all.length == 1 ? new TermQuery(new Term("text", all[0])) : new PhraseQuery("text", all);
  }

  static Query query(String text, String since, String until) {
    BooleanQuery.Builder clauses = new BooleanQuery.Builder();
    int count = 0;
    Query only = null;
    for (int at = 0; at < text.length(); ) {
      if (text.charAt(at) == ' ') {
        at++;
        continue;
      }
      Occur occur = Occur.SHOULD;
      if (text.charAt(at) == '+') occur = Occur.MUST;
      if (text.charAt(at) == '-') occur = Occur.MUST_NOT;
      if (occur != Occur.SHOULD) at++;
      boolean quoted = text.charAt(at) == '"';
      if (quoted) at++;
      int end = text.indexOf(quoted ? '"' : ' ', at);
      if (end < 0) end = text.length();
      only = clause(text.substring(at, end));
      clauses.add(only, occur);
      count++;
      at = end + 1;
    }
    Query query = count == 1 ? only : clauses.build();
    if (since.isEmpty() && until.isEmpty()) return query;
    long from = since.isEmpty() ? Long.MIN_VALUE : Long.parseLong(since);
    long to = until.isEmpty() ? Long.MAX_VALUE : Long.parseLong(until);
    // On a sorted index this query finds the range by bisection; otherwise by points or doc values, whichever is cheaper.
    Query dates = LongField.newRangeQuery("date", from, to);
    return new BooleanQuery.Builder().add(query, Occur.MUST).add(dates, Occur.FILTER).build();
  }

  static void serve(String path) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    DirectoryReader reader = DirectoryReader.open(new MMapDirectory(Path.of(path)));
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setSimilarity(new BM25Similarity(1.2f, 0.75f));
    searcher.setQueryCache(null);
    out.println("ready");
    out.flush();
    for (String line; (line = in.readLine()) != null; ) {
      String[] fields = line.split("\t", -1);
      int limit = fields[1].equals("count") ? 0 : fields[1].equals("top10") ? 10 : 100;
      boolean counted = fields[1].endsWith("count");
      Query query = query(fields[3], fields[4], fields[5]);
      Sort sort = fields[6].equals("newest") ? newestFirst() : null;
      int exact = counted ? Integer.MAX_VALUE : limit;
      TopDocs top = null;
      long count = -1;
      long started = System.nanoTime();
      if (limit == 0) count = searcher.count(query);
      else if (sort != null) top = searcher.search(query, new TopFieldCollectorManager(sort, limit, null, exact));
      else top = searcher.search(query, new TopScoreDocCollectorManager(limit, null, exact));
      long took = System.nanoTime() - started;
      StringBuilder answer = new StringBuilder();
      if (limit > 0) {
        if (counted) count = top.totalHits.value();
        StoredFields stored = reader.storedFields();
        for (ScoreDoc hit : top.scoreDocs)
          answer.append(answer.isEmpty() ? "" : " ").append(stored.document(hit.doc).get("id")).append(':')
              .append(sort != null ? 0 : hit.score);
      }
      out.println(fields[0] + "\t" + took + "\t" + count + "\t" + answer);
      out.flush();
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length >= 6 && args[0].equals("index")) index(args);
    else if (args.length == 2 && args[0].equals("serve")) serve(args[1]);
    else if (args.length == 1 && args[0].equals("version"))
      out.println("Lucene " + Version.LATEST + ", Java " + Runtime.version());
    else throw new IllegalArgumentException("index CORPUS FOLDER THREADS STORE MEMORY_MB [STATE] | serve FOLDER | version");
    out.flush();
  }
}
