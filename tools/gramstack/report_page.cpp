#include "report_page.h"

#include <fmt/core.h>

#include <cmath>

#include "chart/svg.h"
#include "report_charts.h"
#include "table.h"

namespace gramstack::tool {
namespace {

using analysis::escaped;

constexpr const char* kStyle = R"(:root{color-scheme:light dark;--page:#f6f7f9;--card:#ffffff;--text:#1f2328;
--quiet:#5f6875;--rule:#e1e4e8}
@media(prefers-color-scheme:dark){:root{--page:#0e1013;--card:#15181c;--text:#e6e9ed;--quiet:#9ca6b3;--rule:#2a3037}}
body{margin:0;background:var(--page);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1128px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:26px;margin:0}h2{font-size:19px;margin:44px 0 4px}h3{font-size:15px;margin:26px 0 4px}
p{margin:4px 0 12px;max-width:46em}.quiet{color:var(--quiet)}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0}
.tile{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 18px;min-width:120px}
.tile b{display:block;font-size:24px;font-weight:600;font-variant-numeric:tabular-nums}
.tile span{color:var(--quiet);font-size:13px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:14px;margin:10px 0;overflow-x:auto}
.row{display:flex;flex-wrap:wrap;gap:8px;align-items:flex-start}
.row svg,.card>svg{max-width:100%;height:auto;display:block}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:6px 10px;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--quiet);font-weight:500}tr:last-child td{border-bottom:0}
th:first-child,td:first-child,.left{text-align:left}
code,pre{font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace}pre{margin:0;overflow-x:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:14px}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}summary{cursor:pointer;color:var(--quiet)}
)";

std::string card(const std::string& content) { return "<div class=\"card\">" + content + "</div>\n"; }

std::string row(const std::string& charts) { return card("<div class=\"row\">" + charts + "</div>"); }

std::string tile(const std::string& value, const std::string& name) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", escaped(value), escaped(name));
}

std::string tiles(const ReportData& data) {
  std::string text = tile(percent(data.run.test_accuracy), "test accuracy");
  if (!std::isnan(data.run.validation_accuracy))
    text += tile(percent(data.run.validation_accuracy), "validation accuracy");
  if (data.run.one_label_accuracy) text += tile(percent(*data.run.one_label_accuracy), "one label of each class");
  return "<div class=\"tiles\">" + text + tile(duration(data.run.seconds), "training time") + "</div>\n";
}

std::string cells(const std::vector<std::string>& texts, const char* tag) {
  std::string line;
  for (const std::string& text : texts) line += fmt::format("<{0}>{1}</{0}>", tag, escaped(text));
  return "<tr>" + line + "</tr>\n";
}

std::string modules_table(const ReportData& data) {
  std::string text =
      cells({"module", "file", "value", "training", "validation", "epochs", "best", "time", "memory"}, "th");
  for (const ModuleReport& module : data.run.modules)
    text += cells({module.name, short_hash(module.hash), module.value_name, number(module.training_value),
                   number(module.validation_value), std::to_string(module.epochs), std::to_string(module.best_epoch),
                   duration(module.seconds), bytes(module.peak_memory)},
                  "td");
  return card("<table>\n" + text + "</table>");
}

std::string learning_section(const ReportData& data) {
  std::string text = "<h2>Learning curves</h2>\n";
  for (const LearningCurve& curve : data.curves)
    text += row(loss_chart(curve) + (curve.validation.empty() ? "" : validation_chart(curve)));
  return text;
}

std::string hidden_section(const ReportData& data, const HiddenView& view) {
  std::string text = fmt::format("<h2>Hidden module {}</h2>\n", escaped(view.name));
  text += fmt::format(
      "<p>Its Gram matrix holds the kernel value of every pair of {} test images, sorted by class. Training brings it "
      "closer to the ideal matrix: {:g} for pairs of the same class, {:g} for others. Alignment with that, the "
      "diagonal left out: <b>{:.4f}</b> before training, <b>{:.4f}</b> after it.</p>\n",
      data.labels.size(), view.range.max, view.range.min, view.before.alignment, view.after.alignment);
  text += row(gram_charts(data, view)) + card(spectrum_chart(view));
  text += "<h3>Mean kernel value of pairs of classes</h3>\n" + row(pair_means_charts(data, view));
  text += "<h3>Features on their two principal components</h3>\n" + row(projection_charts(data, view));
  return text;
}

std::string confusion_section(const ReportData& data) {
  return "<h2>Confusion matrix</h2>\n" + card(confusion_chart(data));
}

std::string provenance(const ReportData& data) {
  std::string text = "<h2>Provenance</h2>\n<div class=\"card\"><dl>\n";
  const std::pair<const char*, std::string> facts[] = {{"device", data.device},
                                                       {"seed", std::to_string(data.seed)},
                                                       {"build", data.build},
                                                       {"data fingerprint", data.data_fingerprint}};
  for (const auto& [name, value] : facts) text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
  for (const ModuleReport& module : data.run.modules)
    text += fmt::format("<dt>module {}</dt><dd><code>{}</code></dd>\n", escaped(module.name), escaped(module.hash));
  return text + "</dl></div>\n" +
         card("<details><summary>the pipeline with every default</summary><pre>" + escaped(data.resolved) +
              "</pre></details>");
}

std::string heading(const ReportData& data) {
  return fmt::format("<h1>{}</h1>\n<p class=\"quiet\">{}, {} classes, {}</p>\n", escaped(data.pipeline), data.way,
                     data.classes.size(), escaped(data.device));
}

}  // namespace

std::string report_page(const ReportData& data) {
  std::string body = heading(data) + tiles(data) + modules_table(data);
  for (const HiddenView& view : data.hidden) body += hidden_section(data, view);
  body += learning_section(data) + confusion_section(data) + provenance(data);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{}</title>\n"
      "<style>\n{}{}\n</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
      escaped(data.pipeline), kStyle, analysis::chart_style(), body);
}

}  // namespace gramstack::tool
