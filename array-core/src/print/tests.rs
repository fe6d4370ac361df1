//! Printing against texts that NumPy printed (`conformance/scripts/print_cases.py`), and rules that NumPy has no types
//! or calls for.

use super::*;
use std::sync::Arc;

/// Elements repeated until a shape is full.
struct Cycled {
    dtype: DType,
    shape: Vec<usize>,
    values: Vec<Value>,
}

impl Cycled {
    fn new(values: &[Value], shape: &[usize]) -> Cycled {
        Cycled { dtype: values[0].dtype(), shape: shape.into(), values: values.into() }
    }
}

impl Source for Cycled {
    fn dtype(&self) -> DType {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn item(&self, index: &[usize]) -> Value {
        let at = index.iter().zip(&self.shape).fold(0, |at, (&i, &n)| {
            assert!(i < n);
            at * n + i
        });
        self.values[at % self.values.len()]
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => '\n',
                Some('s') => ';',
                Some('\\') => '\\',
                other => panic!("escape {other:?}"),
            },
            (c, _) => c,
        });
    }
    out
}

/// One line of the table.
struct Case<'a> {
    call: &'a str,
    source: Cycled,
    options: Vec<(&'a str, String)>,
    text: String,
}

impl<'a> Case<'a> {
    fn parse(line: &'a str) -> Case<'a> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [call, dtype, shape, data, options, text] = fields[..] else { panic!("fields of {line}") };
        let dtype = DType::from_name(dtype).unwrap();
        let bytes: Vec<u8> =
            (0..data.len()).step_by(2).map(|i| u8::from_str_radix(&data[i..i + 2], 16).unwrap()).collect();
        let values = bytes.chunks(dtype.size()).map(|b| Value::from_bytes(dtype, b)).collect();
        let shape = shape.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
        let options = options.split(';').filter_map(|o| o.split_once('='));
        Case {
            call,
            source: Cycled { dtype, shape, values },
            options: options.map(|(name, value)| (name, unescape(value))).collect(),
            text: unescape(text),
        }
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|o| o.0 == name).map(|o| o.1.as_str())
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.option(name).map(|n| n.parse().unwrap())
    }

    fn print_options(&self) -> PrintOptions {
        let default = PrintOptions::default();
        PrintOptions {
            precision: self.number("precision").or(default.precision),
            threshold: self.number("threshold").unwrap_or(default.threshold),
            edgeitems: self.number("edgeitems").unwrap_or(default.edgeitems),
            linewidth: self.number("linewidth").unwrap_or(default.linewidth),
            suppress: self.option("suppress").is_some(),
            floatmode: match self.option("floatmode") {
                Some("fixed") => FloatMode::Fixed,
                Some("unique") => FloatMode::Unique,
                Some("maxprec_equal") => FloatMode::MaxPrecEqual,
                _ => FloatMode::MaxPrec,
            },
            sign: match self.option("sign") {
                Some("+") => Sign::Plus,
                Some(" ") => Sign::Space,
                _ => Sign::Minus,
            },
            nanstr: self.option("nanstr").map_or(default.nanstr, String::from),
            infstr: self.option("infstr").map_or(default.infstr, String::from),
            formatter: None,
        }
    }

    fn float_format(&self) -> FloatFormat {
        FloatFormat {
            precision: self.number("precision"),
            unique: self.option("unique").is_none(),
            fractional: self.option("fractional").is_none(),
            trim: match self.option("trim") {
                Some(".") => Trim::Zeros,
                Some("0") => Trim::LeaveOneZero,
                Some("-") => Trim::Point,
                _ => Trim::Keep,
            },
            sign: self.option("sign").is_some(),
            pad_left: self.number("pad_left").unwrap_or(0),
            pad_right: self.number("pad_right").unwrap_or(0),
            min_digits: self.number("min_digits"),
            exp_digits: self.number("exp_digits").unwrap_or(2),
        }
    }

    fn run(&self) -> String {
        let value = self.source.values[0];
        let or_class =
            |text: crate::Result<String>| text.unwrap_or_else(|e| format!("!{}", e.numpy_class().name()));
        match self.call {
            "str" => array_str(&self.source, &self.print_options()),
            "repr" => array_repr(&self.source, &self.print_options()),
            "array2string" => array2string(
                &self.source,
                &self.print_options(),
                self.option("separator").unwrap_or(" "),
                self.option("prefix").unwrap_or(""),
                self.option("suffix").unwrap_or(""),
            ),
            "positional" => or_class(format_float_positional(value, &self.float_format())),
            "scientific" => or_class(format_float_scientific(value, &self.float_format())),
            "scalar_str" => scalar_str(value),
            "scalar_repr" => scalar_repr(value),
            other => panic!("call {other}"),
        }
    }
}

#[test]
fn prints_as_numpy() {
    let table = include_str!("../../tests-data/print.tsv");
    let mut wrong = Vec::new();
    for line in table.lines() {
        let case = Case::parse(line);
        let found = case.run();
        if found != case.text {
            wrong.push(format!("{line}\nfound\n{found}\nwanted\n{}", case.text));
        }
    }
    assert!(table.lines().count() > 500);
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), table.lines().count(), wrong.join("\n\n"));
}

fn floats(values: &[f64], dtype: DType) -> Cycled {
    let values: Vec<Value> = values.iter().map(|&x| Value::from_f64(x, dtype)).collect();
    Cycled::new(&values, &[values.len()])
}

#[test]
fn bfloat16() {
    let options = PrintOptions::default();
    for (values, text) in [
        (&[1.0, 2.5, -0.1][..], "array([ 1. ,  2.5, -0.1], dtype=bfloat16)"),
        (&[99.5, 0.33203125, f64::NAN], "array([99.5  ,  0.332,    nan], dtype=bfloat16)"),
        (&[1e-4, 0.001], "array([0.0001, 0.001 ], dtype=bfloat16)"),
        (&[256.0, 1.0], "array([2.56e+02, 1.00e+00], dtype=bfloat16)"),
        (&[3.3895313892515355e38], "array([3.39e+38], dtype=bfloat16)"),
    ] {
        assert_eq!(array_repr(&floats(values, DType::BF16), &options), text);
    }
    assert_eq!(scalar_repr(Value::from_f64(0.1, DType::BF16)), "np.bfloat16(0.1)");
}

#[test]
fn a_formatter_answers_what_it_knows() {
    let own = |v: Value| v.as_integer().map(|i| format!("{i:#x}"));
    let options = PrintOptions { formatter: Some(Formatter(Arc::new(own))), ..PrintOptions::default() };
    assert_eq!(array_str(&Cycled::new(&[Value::U8(255), Value::U8(1)], &[3]), &options), "[0xff 0x1 0xff]");
    assert_eq!(array_str(&floats(&[1.5, 2.0], DType::F64), &options), "[1.5 2. ]");

    let own = |_| Some("a\nbcd".into());
    let options =
        PrintOptions { formatter: Some(Formatter(Arc::new(own))), linewidth: 12, ..PrintOptions::default() };
    let text = "[[a\n  bcd a\n      bcd\n  a\n  bcd a\n      bcd\n  a\n  bcd]]";
    assert_eq!(array_str(&Cycled::new(&[Value::I64(0)], &[1, 5]), &options), text);
}

#[test]
fn a_summarised_array_is_read_only_at_its_edges() {
    /// An array that no memory holds; an element is the first of its indices.
    struct Huge;
    impl Source for Huge {
        fn dtype(&self) -> DType {
            DType::U64
        }
        fn shape(&self) -> &[usize] {
            &[1 << 40, 1 << 40]
        }
        fn item(&self, index: &[usize]) -> Value {
            Value::U64(index[0] as u64)
        }
    }
    let options = PrintOptions { edgeitems: 1, ..PrintOptions::default() };
    let text = "[[            0 ...             0]\n ...\n [1099511627775 ... 1099511627775]]";
    assert_eq!(array_str(&Huge, &options), text);
    assert_eq!(array_str(&Huge, &PrintOptions { edgeitems: 0, ..options }), "[...\n [... 1099511627775]]");
}

#[test]
fn no_precision_prints_what_the_elements_need() {
    let source = floats(&[0.1, 1.0 / 3.0], DType::F64);
    let print = |floatmode| {
        array_str(&source, &PrintOptions { precision: None, floatmode, ..PrintOptions::default() })
    };
    assert_eq!(print(FloatMode::MaxPrec), "[0.1                0.3333333333333333]");
    assert_eq!(print(FloatMode::Fixed), "[0.1000000000000000 0.3333333333333333]");
}

#[test]
fn endless_options_end() {
    let options = PrintOptions {
        precision: Some(usize::MAX),
        threshold: usize::MAX,
        edgeitems: usize::MAX,
        linewidth: usize::MAX,
        ..PrintOptions::default()
    };
    assert_eq!(array_repr(&floats(&[0.5, 1.0], DType::F32), &options), "array([0.5, 1. ], dtype=float32)");
    let endless = FloatFormat { precision: Some(usize::MAX), unique: false, ..FloatFormat::default() };
    assert!(format_float_positional(Value::F64(1.0), &endless).is_err());
    let unique = FloatFormat { unique: true, ..endless };
    assert_eq!(format_float_scientific(Value::F64(1.0), &unique).unwrap(), "1.e+00");
    assert!(format_float_scientific(Value::zero(DType::C64), &unique).is_err());
}
