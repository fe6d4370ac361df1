//! What each statement of a program does to the graph.

use super::graph::{Graph, Handle, Unknown};
use bornite::layout::Layout;
use bornite::layout::region::Region;
use bornite::promote::to_sum;
use bornite::surface::casting::Casting;
use bornite::surface::index::basic::region;
use bornite::surface::scalar::Scalar;
use bornite::surface::ufunc::{Operand, Ufunc, ufunc};
use bornite::{DType, Index, RawArray};
use bornite_conformance::arg::{Arg, IndexItem, Step};
use bornite_conformance::program::{Session, Statement};

type Told<T> = Result<T, Unknown>;

/// The array that an argument shows, and its variable; nothing for a Python number.
fn handle(graph: &mut Graph, session: &Session<'_>, arg: &Arg) -> Told<Option<Handle>> {
    let seen = || session.argument(arg).map_err(|_| Unknown("an argument"));
    Ok(match arg {
        Arg::Array { key, .. } => {
            let seen = seen()?;
            let variable = graph.variables.get(key).ok_or(Unknown("a variable"))?;
            Some(Handle { node: variable.node, layout: seen.layout().clone(), dtype: seen.dtype() })
        }
        Arg::Scalar(v) => Some(graph.ready(Layout::contiguous(&[]), v.dtype())),
        _ => None,
    })
}

/// The dtype of a function's result, by a call on arrays of one element.
fn result(name: &str, args: &[Arg], session: &Session<'_>) -> Told<DType> {
    let one = |arg: &Arg| match arg {
        Arg::Bool(b) => Ok(Err(Scalar::Bool(*b))),
        Arg::Int(n) => Ok(Err(Scalar::Int(*n))),
        Arg::Float(x) => Ok(Err(Scalar::Float(*x))),
        arg => {
            let dtype = session.argument(arg).map_err(|_| Unknown("an argument"))?.dtype();
            let one = RawArray::scalar(bornite::cpu(), bornite::Value::one(dtype));
            one.map(Ok).map_err(|_| Unknown("memory"))
        }
    };
    let ones = args.iter().map(one).collect::<Told<Vec<_>>>()?;
    let operands: Vec<Operand<'_>> =
        ones.iter().map(|o| o.as_ref().map_or_else(|s| Operand::Weak(*s), Operand::Array)).collect();
    // One kind of integers is compared with another by several operations.
    let dtypes: Vec<DType> = ones.iter().flatten().map(RawArray::dtype).collect();
    let compares = ["less", "equal"].contains(&name);
    if compares && dtypes.contains(&DType::U64) && dtypes.iter().any(|d| *d != DType::U64) {
        return Err(Unknown("comparison of kinds of integers"));
    }
    let u = Ufunc::by_name(name).ok_or(Unknown("a function"))?;
    Ok(ufunc(u, &operands, None, Casting::SameKind).map_err(|_| Unknown("a refusal"))?.dtype())
}

fn kwarg<'a>(kwargs: &'a [(String, Arg)], name: &str) -> Option<&'a Arg> {
    kwargs.iter().find(|(n, _)| n == name).map(|(_, arg)| arg)
}

fn items(items: &[IndexItem]) -> Told<Vec<Index>> {
    let part = |arg: &Arg| if let Arg::Int(n) = arg { Some(*n as i64) } else { None };
    let item = |item: &IndexItem| {
        Ok(match item {
            IndexItem::Int(i) => Index::Int(*i),
            IndexItem::Slice([start, stop, step]) => {
                Index::Slice { start: part(start), stop: part(stop), step: part(step).unwrap_or(1) }
            }
            IndexItem::Ellipsis => Index::Ellipsis,
            IndexItem::NewAxis => Index::NewAxis,
            IndexItem::Array { .. } => return Err(Unknown("an index array")),
        })
    };
    items.iter().map(item).collect()
}

fn region_of(graph: &Graph, target: &str, of: &[IndexItem]) -> Told<Region> {
    let shape = &graph.variables[target].layout.shape;
    region("oracle", shape, &items(of)?).ok().flatten().ok_or(Unknown("a region"))
}

/// What a statement must do, told before it runs.
pub(crate) fn tell(graph: &mut Graph, session: &Session<'_>, statement: &Statement) -> Told<()> {
    match statement {
        Statement::Own(_) => {}
        Statement::Drop(name) => drop(graph.variables.remove(name)),
        Statement::Read(name) => {
            let h = graph.variables[name].clone();
            if h.layout.size() == 0 {
                return Ok(());
            }
            graph.eval(&h);
            if !h.layout.is_c_contiguous() {
                graph.copy(&h, Layout::contiguous(&h.layout.shape));
            }
        }
        Statement::Call { to, call, args, kwargs } => {
            let method = call.strip_prefix("ndarray.");
            let function = call.strip_prefix("numpy.").unwrap_or_default();
            let value = match (method, function) {
                (Some("__setitem__"), _) => return assignment(graph, session, args),
                (Some("astype"), _) => {
                    let (Some(h), Arg::DType(dtype)) = (handle(graph, session, &args[0])?, &args[1]) else {
                        return Err(Unknown("a cast"));
                    };
                    graph.cast(&h, *dtype)?
                }
                (Some("__getitem__"), _)
                | (_, "transpose" | "expand_dims" | "broadcast_to" | "flip" | "reshape") => {
                    return view(graph, session, to.as_deref(), call, args);
                }
                (Some(method), _) => return update(graph, session, method, args),
                (_, "where") => {
                    let all = handles(graph, session, args)?;
                    let dtype = all[1..].iter().map(|h| h.dtype).next().unwrap_or(DType::F64);
                    graph.elementwise(&all, where_dtype(session, args).unwrap_or(dtype), None)?
                }
                (_, "sum" | "prod" | "max" | "min" | "any" | "all" | "argmax" | "argmin") => {
                    reduction(graph, session, function, &args[0], kwargs)?
                }
                (_, "cumsum" | "cumprod") => scan(graph, session, &args[0], kwargs)?,
                _ => return elementwise(graph, session, (function, to.as_deref()), args, kwargs),
            };
            graph.arguments.clear();
            graph.variables.insert(to.clone().ok_or(Unknown("no variable"))?, value);
        }
    }
    Ok(())
}

fn handles(graph: &mut Graph, session: &Session<'_>, args: &[Arg]) -> Told<Vec<Handle>> {
    let mut all = Vec::new();
    for arg in args {
        all.extend(handle(graph, session, arg)?);
    }
    Ok(all)
}

/// The dtype of `where(…, x, y)` is that of their sum.
fn where_dtype(session: &Session<'_>, args: &[Arg]) -> Option<DType> {
    result("maximum", &args[1..], session).ok()
}

fn elementwise(
    graph: &mut Graph,
    session: &Session<'_>,
    (name, to): (&str, Option<&str>),
    args: &[Arg],
    kwargs: &[(String, Arg)],
) -> Told<()> {
    let operands = handles(graph, session, args)?;
    let dtype = result(name, args, session)?;
    graph.arguments = operands.iter().map(|h| h.node).collect();
    let mut value = graph.elementwise(&operands, dtype, None)?;
    match (to, kwarg(kwargs, "out")) {
        (Some(to), _) => {
            graph.variables.insert(to.to_owned(), value);
        }
        (None, Some(Arg::Array { key, view })) if view.is_empty() => {
            let own = graph.variables[key].clone();
            if let Some(mask) = kwarg(kwargs, "where") {
                let mask = handle(graph, session, mask)?.ok_or(Unknown("a mask"))?;
                graph.arguments.push(mask.node);
                value = graph.cast(&value, own.dtype)?;
                // The call holds what it keeps while the choice is made.
                graph.arguments.push(own.node);
                value = graph.elementwise(&[mask, value, own.clone()], own.dtype, None)?;
                graph.arguments.pop();
            }
            graph.assign(key, &Region::full(&own.layout.shape), Some(value))?;
        }
        _ => return Err(Unknown("an out")),
    }
    graph.arguments.clear();
    Ok(())
}

fn view(graph: &mut Graph, session: &Session<'_>, to: Option<&str>, call: &str, args: &[Arg]) -> Told<()> {
    let h = handle(graph, session, &args[0])?.ok_or(Unknown("a view"))?;
    let to = to.ok_or(Unknown("no variable"))?;
    // How a view lies is not for this account to tell: the same call on an array that is there does.
    let shown = session.argument(&args[0]).map_err(|_| Unknown("an argument"))?;
    let layout = match (call, &args[1]) {
        ("ndarray.__getitem__", Arg::Index(of)) => {
            let region = region("oracle", shown.shape(), &items(of)?).ok().flatten();
            region.ok_or(Unknown("a region"))?.layout_in(&h.layout)
        }
        ("numpy.transpose", axes) => {
            h.layout.permute(&ints(axes)?.iter().map(|a| *a as usize).collect::<Vec<_>>())
        }
        ("numpy.expand_dims", Arg::Int(axis)) => h.layout.with_axis(*axis as usize),
        ("numpy.flip", Arg::Int(axis)) => h.layout.reversed(*axis as usize),
        ("numpy.broadcast_to", shape) => {
            let shape: Vec<usize> = ints(shape)?.iter().map(|n| *n as usize).collect();
            h.layout.broadcast_to("oracle", &shape).map_err(|_| Unknown("shapes"))?
        }
        ("numpy.reshape", shape) => {
            let shape = bornite::layout::reshape::resolve_shape("oracle", h.layout.size(), &ints(shape)?);
            let shape = shape.map_err(|_| Unknown("shapes"))?;
            match h.layout.reshape(&shape) {
                Some(layout) => layout,
                None => {
                    let copy = graph.copy(&h, Layout::contiguous(&shape));
                    graph.variables.insert(to.to_owned(), copy);
                    return Ok(());
                }
            }
        }
        _ => return Err(Unknown("a view")),
    };
    graph.variables.insert(to.to_owned(), Handle { layout, ..h });
    Ok(())
}

fn ints(arg: &Arg) -> Told<Vec<i64>> {
    let int = |arg: &Arg| if let Arg::Int(n) = arg { Some(*n as i64) } else { None };
    arg.items().and_then(|items| items.iter().map(int).collect()).ok_or(Unknown("integers"))
}

fn axes(kwargs: &[(String, Arg)], rank: usize) -> Told<Vec<usize>> {
    let place = |axis: i64| axis.rem_euclid(rank.max(1) as i64) as usize;
    Ok(match kwarg(kwargs, "axis") {
        None => (0..rank).collect(),
        Some(Arg::Int(axis)) => vec![place(*axis as i64)],
        Some(many) => ints(many)?.into_iter().map(place).collect(),
    })
}

fn reduction(
    graph: &mut Graph,
    session: &Session<'_>,
    name: &str,
    arg: &Arg,
    kwargs: &[(String, Arg)],
) -> Told<Handle> {
    let h = handle(graph, session, arg)?.ok_or(Unknown("a reduction"))?;
    let rank = h.layout.ndim();
    let reduced = axes(kwargs, rank)?;
    if reduced.is_empty() || h.layout.size() == 0 {
        return Err(Unknown("a reduction of nothing"));
    }
    let (runs, gives) = match name {
        "sum" | "prod" => match kwarg(kwargs, "dtype") {
            Some(Arg::DType(d)) => (*d, *d),
            _ => (to_sum(h.dtype), to_sum(h.dtype)),
        },
        "any" | "all" => (DType::Bool, DType::Bool),
        "argmax" | "argmin" => (h.dtype, DType::I64),
        _ => (h.dtype, h.dtype),
    };
    let h = graph.cast(&h, runs)?;
    feed(graph, &h);
    let keeps = kwarg(kwargs, "keepdims").is_some();
    let kept = |i: &usize| keeps || !reduced.contains(i);
    let axes = || (0..rank).filter(kept);
    let like = Layout {
        shape: axes().map(|i| if reduced.contains(&i) { 1 } else { h.layout.shape[i] }).collect(),
        strides: axes().map(|i| if reduced.contains(&i) { 0 } else { h.layout.strides[i] }).collect(),
        offset: 0,
    };
    Ok(graph.ready(bornite::layout::order::result_layout(&like.shape, &[&like]), gives))
}

/// A job that reads `h`, and writes on the way what deserves it.
fn feed(graph: &mut Graph, h: &Handle) {
    let shape = h.layout.shape.clone();
    graph.settle(h, &shape);
    if graph.is_ready(h.node) {
        graph.counted.launched += 1;
    } else {
        graph.run(&[h.node], false);
    }
}

fn scan(graph: &mut Graph, session: &Session<'_>, arg: &Arg, kwargs: &[(String, Arg)]) -> Told<Handle> {
    let h = handle(graph, session, arg)?.ok_or(Unknown("a scan"))?;
    let dtype = match kwarg(kwargs, "dtype") {
        Some(Arg::DType(d)) => *d,
        _ => to_sum(h.dtype),
    };
    let mut h = graph.cast(&h, dtype)?;
    let axis = match kwarg(kwargs, "axis") {
        Some(_) if h.layout.ndim() > 0 => axes(kwargs, h.layout.ndim())?[0],
        _ => {
            let flat = Layout::contiguous(&[h.layout.size()]);
            if h.layout.is_c_contiguous() {
                graph.eval(&h);
                h.layout = Layout { offset: h.layout.offset, ..flat };
            } else {
                h = graph.copy(&h, flat);
            }
            0
        }
    };
    if h.layout.size() == 0 || h.layout.shape[axis] == 1 {
        return Ok(h);
    }
    let shape = h.layout.shape.clone();
    graph.settle(&h, &shape);
    graph.run_before_reading(h.node);
    let layout = bornite::layout::order::result_layout(&shape, &[&h.layout]);
    Ok(graph.job(layout, dtype))
}

fn assignment(graph: &mut Graph, session: &Session<'_>, args: &[Arg]) -> Told<()> {
    let [Arg::Array { key, view }, Arg::Index(of), value] = args else {
        return Err(Unknown("an assignment"));
    };
    if !view.is_empty() {
        return Err(Unknown("an assignment through views"));
    }
    let value = handle(graph, session, value)?;
    let region = region_of(graph, key, of)?;
    graph.assign(key, &region, value)
}

fn update(graph: &mut Graph, session: &Session<'_>, method: &str, args: &[Arg]) -> Told<()> {
    let name = match method {
        "__iadd__" => "add",
        "__isub__" => "subtract",
        "__imul__" => "multiply",
        "__itruediv__" => "divide",
        _ => return Err(Unknown("an operator")),
    };
    let Arg::Array { key, view } = &args[0] else { return Err(Unknown("an update")) };
    let dtype = result(name, args, session)?;
    let own = graph.variables[key].clone();
    let operands = handles(graph, session, args)?;
    graph.arguments = operands[1..].iter().map(|h| h.node).collect();
    let given = graph.arguments.len();
    match &view[..] {
        [] => {
            let value = graph.elementwise(&operands, dtype, None)?;
            let value = graph.cast(&value, own.dtype)?;
            graph.variables.insert(key.clone(), value);
        }
        [Step::Slice(of)] => {
            graph.arguments.push(own.node);
            let value = graph.elementwise(&operands, dtype, None)?;
            graph.arguments.truncate(given);
            let region = region_of(graph, key, of)?;
            graph.assign(key, &region, Some(value))?;
        }
        _ => return Err(Unknown("an update through views")),
    }
    graph.arguments.clear();
    Ok(())
}
