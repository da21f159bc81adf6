"""Things a person reads: a screen, a page that needs nothing but a browser, and the data beside it."""

from zollverein.report.answer import Answer, KeyFigure, answer_of, key_figures
from zollverein.report.charts import (
    income_chart,
    income_compared,
    routes_chart,
    routes_compared,
    stocks_chart,
    stranded_chart,
    trade_chart,
)
from zollverein.report.flow_map import flow_map
from zollverein.report.flows import link_flows
from zollverein.report.gravity_charts import event_chart, welfare_chart
from zollverein.report.gravity_files import write_estimate, write_welfare
from zollverein.report.hindcast_screen import hindcast_terminal
from zollverein.report.notebook import notebook, notebook_comparison
from zollverein.report.outcome_files import tables_to_excel, tables_to_parquet
from zollverein.report.page import compare_html, html
from zollverein.report.sweep_files import write_sweep_report
from zollverein.report.sweep_page import sweep_html
from zollverein.report.sweep_screen import sweep_terminal
from zollverein.report.terminal import compare_terminal, terminal
from zollverein.report.writing import (
    check_file,
    check_folder,
    write_comparison,
    write_csv,
    write_html,
    write_report,
)

__all__ = [
    "Answer",
    "KeyFigure",
    "answer_of",
    "check_file",
    "check_folder",
    "compare_html",
    "compare_terminal",
    "event_chart",
    "flow_map",
    "hindcast_terminal",
    "html",
    "income_chart",
    "income_compared",
    "key_figures",
    "link_flows",
    "notebook",
    "notebook_comparison",
    "routes_chart",
    "routes_compared",
    "stocks_chart",
    "stranded_chart",
    "sweep_html",
    "sweep_terminal",
    "tables_to_excel",
    "tables_to_parquet",
    "terminal",
    "trade_chart",
    "welfare_chart",
    "write_comparison",
    "write_csv",
    "write_estimate",
    "write_html",
    "write_report",
    "write_sweep_report",
    "write_welfare",
]
