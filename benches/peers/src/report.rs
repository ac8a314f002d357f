//! The table of bars, the tables of all candidates, and the picture.

use std::fmt::Write as _;

use crate::bars::Bar;
use crate::harness::Times;

pub fn table_of_bars(bars: &[Bar]) -> String {
    let mut text =
        String::from("| what | against | bar | measured | |\n| --- | --- | --- | --- | --- |\n");
    for Bar { what, against, limit, measured, unit } in bars {
        let verdict = if measured <= limit { "met" } else { "**missed**" };
        writeln!(
            text,
            "| {what} | {against} | {limit:.2}{unit} | {measured:.2}{unit} | {verdict} |"
        )
        .unwrap();
    }
    text
}

pub fn markdown(bars: &[Bar], all: &[Times]) -> String {
    let mut text = table_of_bars(bars);
    text.push_str(
        "\nNanoseconds an operation, the least of many samples, and the ratio to ours:\n",
    );
    for times in all {
        let Times { title, rows, dropped, samples } = times;
        let ours = rows.iter().find(|(name, _)| name.starts_with("ours")).map(|row| row.1);
        write!(text, "\n{title} ({dropped} of {samples} samples dropped):\n\n| | ns | |\n| --- | --- | --- |\n").unwrap();
        for (name, ns) in rows {
            let ratio = ours.map(|ours| format!("{:.2}", ns / ours)).unwrap_or_default();
            writeln!(text, "| {name} | {} | {ratio} |", number(*ns)).unwrap();
        }
    }
    text
}

fn number(ns: f64) -> String {
    match ns {
        ns if ns < 100.0 => format!("{ns:.2}"),
        ns if ns < 1e5 => format!("{ns:.0}"),
        ns if ns < 1e8 => format!("{:.0} us", ns / 1e3),
        ns => format!("{:.0} ms", ns / 1e6),
    }
}

/// Bars on a logarithmic scale, one chart for each of `charts`. The text has the colour of the page's text.
pub fn picture(charts: &[&Times]) -> String {
    const WIDTH: f64 = 760.0;
    const LEFT: f64 = 250.0;
    const LINE: f64 = 22.0;
    let lines: usize = charts.iter().map(|times| times.rows.len() + 2).sum();
    let height = lines as f64 * LINE + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #24292f }} .bar {{ fill: #8c959f }} .ours {{ fill: #0969da }} .bold {{ font-weight: 600 }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .bar {{ fill: #6e7681 }} .ours {{ fill: #4493f8 }} }}</style>\n"
    );
    let mut y = 0.0;
    for times in charts {
        y += LINE;
        writeln!(
            svg,
            "<text class=\"bold\" x=\"8\" y=\"{y}\">{}, nanoseconds, on a logarithmic scale</text>",
            plain(&times.title)
        )
        .unwrap();
        let least = times.rows.iter().map(|row| row.1).fold(f64::INFINITY, f64::min);
        let most = times.rows.iter().map(|row| row.1).fold(0.0, f64::max);
        for (name, ns) in &times.rows {
            y += LINE;
            // So that the shortest bar is visible too.
            let length =
                (WIDTH - LEFT - 80.0) * (0.04 + 0.96 * (ns / least).ln() / (most / least).ln());
            let class = if name.starts_with("ours") { "ours" } else { "bar" };
            let bold = if class == "ours" { " class=\"bold\"" } else { "" };
            writeln!(
                svg,
                "<text{bold} x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text><rect class=\"{class}\" x=\"{LEFT}\" y=\"{}\" \
                 width=\"{length:.1}\" height=\"14\" rx=\"2\"/><text x=\"{:.1}\" y=\"{y}\">{}</text>",
                LEFT - 8.0,
                plain(name),
                y - 12.0,
                LEFT + length + 6.0,
                number(*ns)
            )
            .unwrap();
        }
        y += LINE;
    }
    svg + "</svg>\n"
}

fn plain(text: &str) -> String {
    text.replace('`', "").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
