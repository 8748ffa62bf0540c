//! The driver of Tantivy; README.md describes the protocol. A seventh argument of `index` says in what state the index is
//! left: "merged" into one segment, or "natural".
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Bound;
use std::path::Path;
use std::time::Instant;

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions, Value, STORED,
};
use tantivy::{DocAddress, Index, IndexWriter, Order, ReloadPolicy, Searcher, TantivyDocument, Term};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn schema(store: bool) -> Schema {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(indexing);
    builder.add_text_field("id", TextOptions::from(STORED));
    builder.add_text_field("text", if store { text.set_stored() } else { text });
    builder.add_i64_field("date", NumericOptions::default().set_fast());
    builder.build()
}

fn figure(name: &str, value: f64) {
    println!("{name}\t{value}");
}

fn figures_of_process() {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    figure("cpu", seconds(usage.ru_utime) + seconds(usage.ru_stime));
    figure("peak_bytes", usage.ru_maxrss as f64 * 1024.0);
}

// ---- index ----

fn index(arguments: &[String]) -> Outcome<()> {
    let threads: usize = arguments[3].parse()?;
    let store = arguments[4] == "1";
    let bytes = arguments[5].parse::<usize>()? << 20;
    let natural = arguments.get(6).is_some_and(|state| state == "natural");
    let started = Instant::now();
    let schema = schema(store);
    let field = |name: &str| schema.get_field(name);
    let (id, text, date) = (field("id")?, field("text")?, field("date")?);
    std::fs::create_dir_all(&arguments[2])?;
    let index = Index::create_in_dir(&arguments[2], schema.clone())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, bytes)?;
    let source: Box<dyn Read> = match arguments[1].as_str() {
        "-" => Box::new(io::stdin()),
        path => Box::new(std::fs::File::open(path)?),
    };
    let mut lines = BufReader::with_capacity(1 << 20, source);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let mut parts = line.trim_end_matches('\n').splitn(3, '\t');
        let mut part = || parts.next().ok_or("a line of the corpus is not number, seconds, text");
        let mut document = TantivyDocument::default();
        document.add_text(id, part()?);
        document.add_i64(date, part()?.parse()?);
        document.add_text(text, part()?);
        writer.add_document(document)?;
        line.clear();
    }
    writer.commit()?;
    figure("seconds:committed", started.elapsed().as_secs_f64());
    if natural {
        writer.wait_merging_threads()?;
    } else {
        let segments = index.searchable_segment_ids()?;
        if segments.len() > 1 {
            writer.merge(&segments).wait()?;
        }
        writer.garbage_collect_files().wait()?;
        writer.wait_merging_threads()?;
    }
    figure("seconds", started.elapsed().as_secs_f64());
    figures_of_process();
    print_index(&index, text, &arguments[2])
}

fn print_index(index: &Index, text: Field, folder: &str) -> Outcome<()> {
    let searcher = index.reader()?.searcher();
    let (mut postings, mut tokens) = (0u64, 0u64);
    let mut terms = std::collections::HashSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(text)?;
        tokens += inverted.total_num_tokens();
        let mut stream = inverted.terms().stream()?;
        while stream.advance() {
            postings += u64::from(stream.value().doc_freq);
            terms.insert(stream.key().to_vec());
        }
    }
    figure("documents", searcher.num_docs() as f64);
    figure("terms", terms.len() as f64);
    figure("postings", postings as f64);
    figure("tokens", tokens as f64);
    figure("segments", searcher.segment_readers().len() as f64);
    let mut parts = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(Path::new(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let part = match name.rsplit('.').next() {
            Some("idx") => "postings",
            Some("pos") => "positions",
            Some("term") => "dictionary",
            Some("fieldnorm") => "lengths",
            Some("fast") => "dates",
            Some("store") => "stored",
            _ => "other",
        };
        *parts.entry(part).or_insert(0) += entry.metadata()?.len();
    }
    for (part, bytes) in parts {
        figure(&format!("bytes:{part}"), bytes as f64);
    }
    Ok(())
}

// ---- serve ----

fn clause(text: Field, words: &str, record: IndexRecordOption) -> Box<dyn Query> {
    let terms: Vec<Term> = words.split(' ').map(|word| Term::from_field_text(text, word)).collect();
    match terms.len() {
        1 => Box::new(TermQuery::new(terms[0].clone(), record)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

fn query(text: Field, date: Field, fields: &[&str], record: IndexRecordOption) -> Outcome<Box<dyn Query>> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut rest = fields[3];
    while !rest.is_empty() {
        let occur = match rest.as_bytes()[0] {
            b' ' => {
                rest = &rest[1..];
                continue;
            }
            b'+' => Occur::Must,
            b'-' => Occur::MustNot,
            _ => Occur::Should,
        };
        if !matches!(occur, Occur::Should) {
            rest = &rest[1..];
        }
        let quoted = rest.starts_with('"');
        if quoted {
            rest = &rest[1..];
        }
        let end = rest.find(if quoted { '"' } else { ' ' }).unwrap_or(rest.len());
        clauses.push((occur, clause(text, &rest[..end], record)));
        rest = rest.get(end + 1..).unwrap_or("");
    }
    let words: Box<dyn Query> = match clauses.len() {
        1 => clauses.pop().ok_or("an empty question")?.1,
        _ => Box::new(BooleanQuery::new(clauses)),
    };
    if fields[4].is_empty() && fields[5].is_empty() {
        return Ok(words);
    }
    let bound = |seconds: &str| -> Outcome<Bound<Term>> {
        Ok(match seconds {
            "" => Bound::Unbounded,
            _ => Bound::Included(Term::from_field_i64(date, seconds.parse()?)),
        })
    };
    let dates = ConstScoreQuery::new(Box::new(RangeQuery::new(bound(fields[4])?, bound(fields[5])?)), 0.0);
    Ok(Box::new(BooleanQuery::new(vec![(Occur::Must, words), (Occur::Must, Box::new(dates))])))
}

type Hits = Vec<(f32, DocAddress)>;

fn newest(searcher: &Searcher, query: &dyn Query, limit: usize, counted: bool) -> tantivy::Result<(Hits, i64)> {
    let collector = TopDocs::with_limit(limit).order_by_fast_field::<i64>("date", Order::Desc);
    let (hits, count) = if counted {
        let (hits, count) = searcher.search(query, &(collector, Count))?;
        (hits, count as i64)
    } else {
        (searcher.search(query, &collector)?, -1)
    };
    Ok((hits.into_iter().map(|(_, doc)| (0.0, doc)).collect(), count))
}

fn best(searcher: &Searcher, query: &dyn Query, limit: usize, counted: bool) -> tantivy::Result<(Hits, i64)> {
    let collector = TopDocs::with_limit(limit).order_by_score();
    if !counted {
        return Ok((searcher.search(query, &collector)?, -1));
    }
    let (hits, count) = searcher.search(query, &(collector, Count))?;
    Ok((hits, count as i64))
}

fn serve(folder: &str) -> Outcome<()> {
    let index = Index::open_in_dir(folder)?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let searcher = reader.searcher();
    let schema = index.schema();
    let (id, text, date) = (schema.get_field("id")?, schema.get_field("text")?, schema.get_field("date")?);
    let mut out = io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let fields: Vec<&str> = line.split('\t').collect();
        let limit = match fields[1] {
            "count" => 0,
            "top10" => 10,
            _ => 100,
        };
        let counted = fields[1].ends_with("count");
        let is_newest = fields[6] == "newest";
        let scores = limit > 0 && !is_newest;
        let record = if scores { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let query = query(text, date, &fields, record)?;
        let started = Instant::now();
        let (hits, count) = match limit {
            0 => (Vec::new(), query.count(&searcher)? as i64),
            _ if is_newest => newest(&searcher, &*query, limit, counted)?,
            _ => best(&searcher, &*query, limit, counted)?,
        };
        let took = started.elapsed().as_nanos();
        let mut answer = Vec::new();
        for (score, address) in hits {
            let document: TantivyDocument = searcher.doc(address)?;
            let name = document.get_first(id).and_then(|value| value.as_str()).unwrap_or("?").to_string();
            answer.push(format!("{name}:{score}"));
        }
        writeln!(out, "{}\t{took}\t{count}\t{}", fields[0], answer.join(" "))?;
        out.flush()?;
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("index") if arguments.len() >= 6 => index(&arguments),
        Some("serve") if arguments.len() == 2 => serve(&arguments[1]),
        Some("version") => {
            println!("Tantivy {}", tantivy::version_string().trim_start_matches("tantivy v"));
            Ok(())
        }
        _ => Err("index CORPUS FOLDER THREADS STORE MEMORY_MB [STATE] | serve FOLDER | version".into()),
    }
}
