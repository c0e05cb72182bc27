"""Write the dashboards of the cluster as JSON, which is what Grafana is provisioned with.

    .venv/bin/python deploy/grafana/build_dashboards.py

Names and units of indicators come from the catalogue of `monitoring`, names of districts from the register of
divisions, so a dashboard never says something else than the services.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BigValueColorMode, LegendDisplayMode, LegendPlacement, VizOrientation
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from shared.kernel.divisions import default_register

HERE = Path(__file__).parent
TARGET = HERE / "dashboards"
CONFIG_MAPS = HERE.parents[1] / "k8s" / "base" / "observability" / "dashboards.yaml"
NOTE = "# Made by deploy/grafana/build_dashboards.py; edit that.\n"
CATALOGUE = HERE.parents[1] / "services" / "monitoring" / "src" / "monitoring" / "data" / "indicators"
RUNBOOK = "https://yumin.example.gov.cn/docs/runbook.md"
CITY = "500000"
DISTRICTS_ON = date(2026, 1, 1)
"""Districts are listed as they stand after the change of 2025-11-06."""

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
HISTORY = DataSourceRef(type_val="grafana-postgresql-datasource", uid="history")
"""Views of monitoring in PostgreSQL: what is older than Prometheus keeps."""
FAILED = ', status=~"5.."'
GREEN, YELLOW, RED, GREY = "green", "yellow", "red", "text"

Panel = Any
"""The builders of panels share their methods but no base class."""


def entries() -> list[dict[str, Any]]:
    """Every entry of the catalogue."""
    files = sorted(CATALOGUE.glob("*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("indicator", [])]


def printed() -> list[dict[str, Any]]:
    """Everything the plan prints: the rows of its table, then the targets of its text, each in the plan's order."""
    in_text = [entry for entry in entries() if "row" not in entry and re.fullmatch(r"T\d+", entry["code"])]
    return [*catalogue(), *sorted(in_text, key=lambda entry: (int(entry["code"][1:]), entry["id"]))]


def catalogue() -> list[dict[str, Any]]:
    """The 16 rows of the table in the order of the plan."""
    return sorted((entry for entry in entries() if "row" in entry), key=lambda entry: int(entry["row"]))


def caption(entry: dict[str, Any]) -> str:
    """Row, name and unit, as people quote an indicator."""
    number = f"{entry['row']:02d}" if "row" in entry else entry["code"]
    return f"{number} {entry['name']}（{entry['unit']}）"


def names(pairs: Iterable[tuple[str, str]]) -> list[ValueMapping]:
    """Codes shown as names."""
    return [ValueMap({code: ValueMappingResult(text=name, index=at) for at, (code, name) in enumerate(pairs)})]


def indicator_names() -> list[ValueMapping]:
    """Indicator ids shown as in the plan."""
    return names((entry["id"], caption(entry)) for entry in catalogue())


def district_names() -> list[ValueMapping]:
    """District codes shown as names."""
    return names((each.code[:6], each.name) for each in default_register().districts(DISTRICTS_ON))


def steps(*marks: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    """Colours from a value on; the first mark begins without bound."""
    found = [Threshold(value, colour) for value, colour in marks]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)


ANY_IS_BAD = steps((None, GREEN), (1, RED))


def query(
    expression: str, legend: str = "", *, ref: str = "A", as_table: bool = False, now: bool = False
) -> prometheus.Dataquery:
    """One PromQL query; ``now`` asks for the present value only."""
    asked = prometheus.Dataquery().expr(expression).ref_id(ref).legend_format(legend).datasource(SOURCE)
    if now or as_table:
        asked = asked.instant()
    return asked.format(PromQueryFormat.TABLE) if as_table else asked


def described(panel: Panel, title: str, description: str, unit: str, span: int, height: int = 8) -> Panel:
    """What every panel has: a Chinese title, what it means, its unit, the data source and its place."""
    return panel.title(title).description(description).unit(unit).datasource(SOURCE).span(span).height(height)


def lines(
    title: str,
    description: str,
    unit: str,
    *queries: prometheus.Dataquery,
    span: int = 12,
    from_zero: bool = True,
) -> Panel:
    """Values over time; ``from_zero`` where nothing can be negative."""
    panel = described(timeseries.Panel(), title, description, unit, span).fill_opacity(8).line_width(2)
    legend = common.VizLegendOptions().show_legend(True)
    panel.legend(legend.display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM))
    for each in queries:
        panel.with_target(each)
    return panel.min(0) if from_zero else panel


def number(
    title: str,
    description: str,
    unit: str,
    asked: prometheus.Dataquery,
    *,
    colours: dashboard.ThresholdsConfig | None = None,
    span: int = 6,
    decimals: int | None = None,
) -> Panel:
    """The present value, large."""
    panel = described(stat.Panel(), title, description, unit, span, 4).with_target(asked).no_value("—")
    panel.thresholds(colours or steps((None, GREY))).color_mode(BigValueColorMode.VALUE)
    return panel if decimals is None else panel.decimals(decimals)


def board(uid: str, title: str, description: str) -> dashboard.Dashboard:
    """An empty dashboard with the choice of a data source and a link to the runbook."""
    source = dashboard.DatasourceVariable("datasource").label("数据源").type("prometheus")
    runbook = dashboard.DashboardLink("处置手册").type(DashboardLinkType.LINK).url(RUNBOOK).target_blank(True)
    siblings = dashboard.DashboardLink("其他看板").type(DashboardLinkType.DASHBOARDS).tags(["yumin"]).as_dropdown(True)
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["yumin"])
        .readonly()
        .timezone("Asia/Shanghai")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(source)
        .link(siblings)
        .link(runbook)
    )


def by_name(variable: str, label: str, asked: str) -> dashboard.QueryVariable:
    """A choice of several values of a label, all of them at first."""
    return (
        dashboard.QueryVariable(variable)
        .label(label)
        .datasource(SOURCE)
        .query(asked)
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def joined(titles: dict[str, str], key: str) -> list[DataTransformerConfig]:
    """Instant tables side by side, one row a ``key``, with Chinese column names."""
    return [
        DataTransformerConfig(id_val="joinByField", options={"byField": key, "mode": "outer"}),
        DataTransformerConfig(
            id_val="organize",
            options={
                "excludeByName": {"Time": True, **{f"Time {n}": True for n in range(1, len(titles) + 1)}},
                "renameByName": titles,
                "indexByName": {name: at for at, name in enumerate(titles)},
            },
        ),
    ]


def plan_overview() -> dashboard.Dashboard:
    """The 16 rows of the plan on one screen."""
    city = f'civil_indicator_value{{district="{CITY}"}}'
    reached = bargauge.Panel().orientation(VizOrientation.HORIZONTAL).min(0).max(120).decimals(1)
    reached = described(
        reached,
        "目标完成度",
        "全市数值占规划目标的百分比，按专栏1的顺序；规划印有两个目标时取较高者。无目标或无数值的指标显示为空。",
        "percent",
        24,
        16,
    ).thresholds(steps((None, RED), (80, YELLOW), (100, GREEN)))
    for at, entry in enumerate(catalogue()):
        chosen = f'indicator="{entry["id"]}"'
        share = (
            f'100 * max(civil_indicator_value{{{chosen}, district="{CITY}"}}) / max(civil_indicator_target{{{chosen}}})'
        )
        reached.with_target(query(share, caption(entry), ref=chr(ord("A") + at), now=True))
    rows = table.Panel().decimals(2).mappings(indicator_names())
    rows = described(
        rows,
        "十六项指标的数值、目标与差距",
        "全市最新数值；两个目标并列时同时给出较低与较高目标，差距以较高目标计，负数为落后。单位见指标名称。",
        "none",
        24,
        16,
    )
    figures = {
        "A": f"max by (indicator) ({city})",
        "B": "min by (indicator) (civil_indicator_target)",
        "C": "max by (indicator) (civil_indicator_target)",
        "D": "min by (indicator) (civil_indicator_gap)",
    }
    for ref, expression in figures.items():
        rows.with_target(query(expression, ref=ref, as_table=True))
    titles = {
        "indicator": "指标",
        "Value #A": "数值",
        "Value #B": "目标（较低）",
        "Value #C": "目标（较高）",
        "Value #D": "差距",
    }
    rows.transformations(joined(titles, "indicator"))
    rows.override_by_name("指标", [DynamicConfigValue("custom.width", 460)])
    behind = "min by (indicator) (civil_indicator_gap)"
    return (
        board("yumin-plan", "规划指标总览", "“十四五”规划专栏1的十六项指标：数值、目标与差距。")
        .time("now-90d", "now")
        .refresh("1m")
        .with_panel(number("已达标", "全部规划目标均已达到的指标数。", "suffix: 项",
                           query(f"count({behind} >= 0) or vector(0)", now=True), colours=steps((None, GREEN))))
        .with_panel(number("未达标", "至少有一个规划目标尚未达到的指标数。", "suffix: 项",
                           query(f"count({behind} < 0) or vector(0)", now=True), colours=ANY_IS_BAD))
        .with_panel(number("有数值", "已有全市数值的指标数，共十六项。", "suffix: 项",
                           query(f"count(max by (indicator) ({city})) or vector(0)", now=True)))
        .with_panel(number("待送事件", "已发生但尚未计入指标的业务事件；不为零时数值略有滞后。", "suffix: 条",
                           query("sum(max by (service) (civil_outbox_unsent_events)) or vector(0)", now=True)))
        .with_panel(number("预计不能达标", "按最近各月走势外推，到期不能达到的规划目标数。", "suffix: 个",
                           query("count(indicator:civil_indicator_misses:city == 1) or vector(0)", now=True),
                           colours=ANY_IS_BAD, span=12))
        .with_panel(number("从未有数据的定义", "从未收到任何度量的指标定义数；页面上如实显示暂无数据。", "suffix: 项",
                           query("max(civil_indicators_without_data) or vector(0)", now=True), span=12))
        .with_panel(reached)
        .with_panel(rows)
    )  # fmt: skip


def indicator_by_district() -> dashboard.Dashboard:
    """One indicator: the city against its targets, and every district."""
    choices = ",".join(f"{caption(entry)} : {entry['id']}" for entry in printed())
    chosen = 'indicator="$indicator"'
    districts = f'{chosen}, district!="{CITY}"'
    ranking = described(
        bargauge.Panel().orientation(VizOrientation.HORIZONTAL).mappings(district_names()).decimals(2),
        "各区县数值",
        "所选指标在各区县的最新数值，由高到低；没有数值的区县不显示。单位见指标名称。",
        "none",
        12,
        24,
    ).thresholds(steps((None, "blue")))
    ranking.with_target(query(f"sort_desc(max by (district) (civil_indicator_value{{{districts}}}))", as_table=True))
    # Each row is a bar, titled by its district.
    ranking.reduce_options(common.ReduceDataOptions().values(True).limit(50))
    ranking.with_transformation(DataTransformerConfig("organize", options={"excludeByName": {"Time": True}}))
    parts = described(
        table.Panel().mappings(district_names()),
        "分子与分母",
        "各区县数值由分子与分母相除得到；全市为分子之和除以分母之和，不是各区县比率的平均。",
        "none",
        12,
        16,
    )
    for ref, metric in {"A": "civil_indicator_numerator", "B": "civil_indicator_denominator",
                        "C": "civil_indicator_value"}.items():  # fmt: skip
        parts.with_target(query(f"max by (district) ({metric}{{{districts}}})", ref=ref, as_table=True))
    titles = {"district": "区县", "Value #A": "分子", "Value #B": "分母", "Value #C": "数值"}
    parts.transformations(joined(titles, "district"))
    city = f'max(civil_indicator_value{{{chosen}, district="{CITY}"}})'
    return (
        board("yumin-indicator", "单项指标（分区县）", "一项规划指标的全市走势、目标和各区县数值。")
        .time("now-1y", "now")
        .refresh("1m")
        .with_variable(dashboard.CustomVariable("indicator").label("指标").values(choices))
        .with_panel(number("全市数值", "所选指标的最新全市数值，单位见指标名称。", "none",
                           query(city, now=True), decimals=2))
        .with_panel(number("目标（较高）", "规划印出的目标；有两个时为较高者。", "none",
                           query(f"max(civil_indicator_target{{{chosen}}})", now=True), decimals=2))
        .with_panel(number("差距", "数值减去较高目标，负数为落后。", "none",
                           query(f"min(civil_indicator_gap{{{chosen}}})", now=True), decimals=2,
                           colours=steps((None, RED), (0, GREEN))))
        .with_panel(number("有数值的区县", "所选指标有数值的区县数。", "suffix: 个",
                           query(f"count(max by (district) (civil_indicator_value{{{districts}}}))", now=True)))
        .with_panel(lines("全市走势与目标", "全市数值与规划目标；规划自相矛盾时每个目标一条线。", "none",
                          query(city, "全市"),
                          query(f"max by (printed_in) (civil_indicator_target{{{chosen}}})", "目标：{{printed_in}}",
                                ref="B"), span=24, from_zero=False))
        .with_panel(ranking)
        .with_panel(parts)
    )  # fmt: skip


def service_red() -> dashboard.Dashboard:
    """Rate, errors and duration of the requests of each service."""
    mine = 'service=~"$service"'
    durations = f"rate(civil_http_request_duration_seconds_bucket{{{mine}}}[$__rate_interval])"

    def requests(matching: str) -> str:
        return f"sum by (service) (rate(civil_http_requests_total{{{matching}}}[$__rate_interval]))"

    def slowest(share: float) -> str:
        return f"histogram_quantile({share}, sum by (service, le) ({durations}))"

    by_route = (
        f"topk(10, sum by (service, route, method) (rate(civil_http_requests_total{{{mine}}}[$__rate_interval])))"
    )
    slow_routes = (
        "topk(10, histogram_quantile(0.95, sum by (service, route, method, le) "
        f"(rate(civil_http_request_duration_seconds_bucket{{{mine}}}[$__rate_interval]))))"
    )
    return (
        board("yumin-service", "服务请求", "各服务的请求量、错误与时延，以及过载与重试。")
        .time("now-3h", "now")
        .refresh("30s")
        .with_variable(by_name("service", "服务", "label_values(civil_http_requests_total, service)"))
        .with_panel(lines("请求量", "每秒应答的请求数。", "reqps",
                          query(requests(mine), "{{service}}"), span=8))
        .with_panel(lines("错误率", "5xx 应答占全部应答的比例；超过 1% 持续十分钟报警。", "percentunit",
                          query(f"{requests(mine + FAILED)} / {requests(mine)}", "{{service}}"), span=8))
        .with_panel(lines("时延 p99", "99% 的请求在此时间内完成；超过 1 秒持续十分钟报警。", "s",
                          query(slowest(0.99), "{{service}}"), span=8))
        .with_panel(lines("时延 p50 与 p95", "半数请求与 95% 请求的完成时间。", "s",
                          query(slowest(0.5), "{{service}} p50"), query(slowest(0.95), "{{service}} p95", ref="B")))
        .with_panel(lines("按状态码", "每秒应答数，按 HTTP 状态码。", "reqps",
                          query(f"sum by (status) (rate(civil_http_requests_total{{{mine}}}[$__rate_interval]))",
                                "{{status}}")))
        .with_panel(lines("请求最多的接口", "每秒请求数最多的十个接口。", "reqps",
                          query(by_route, "{{service}} {{method}} {{route}}")))
        .with_panel(lines("最慢的接口", "95% 分位时延最高的十个接口。", "s",
                          query(slow_routes, "{{service}} {{method}} {{route}}")))
        .with_panel(lines("过载拒绝", "因并发已满而拒绝的请求，每秒。", "reqps",
                          query(f"sum by (service) (rate(civil_http_requests_shed_total{{{mine}}}[$__rate_interval]))",
                                "{{service}}"), span=8))
        .with_panel(lines("事务重试", "因断连、死锁或串行化失败而重做的事务，每秒。", "ops",
                          query("sum by (service, reason) "
                                f"(rate(civil_transaction_retries_total{{{mine}}}[$__rate_interval]))",
                                "{{service}} {{reason}}"), span=8))
        .with_panel(lines("存活实例", "可采集的进程数，按服务与角色。", "suffix: 个",
                          query(f'sum by (service, role) (up{{job="yumin", {mine}}})', "{{service}} {{role}}"), span=8))
    )  # fmt: skip


def pipeline_health() -> dashboard.Dashboard:
    """The way of an event from the outbox to the indicator, and the audit chain beside it."""
    mine = 'service=~"$service"'

    sent = f"sum by (service, duplicate) (rate(civil_events_sent_total{{{mine}}}[$__rate_interval]))"

    def per_service(metric: str) -> prometheus.Dataquery:
        return query(f"max by (service) ({metric}{{{mine}}})", "{{service}}")

    return (
        board("yumin-pipeline", "数据管道", "业务事件从发件箱到指标的全过程，以及审计链。")
        .time("now-3h", "now")
        .refresh("30s")
        .with_variable(by_name("service", "服务", "label_values(civil_outbox_unsent_events, service)"))
        .with_panel(number("拒收事件", "被消息系统永久拒收的事件，必须人工处理。", "suffix: 条",
                           query(f"sum(max by (service) (civil_outbox_refused_events{{{mine}}})) or vector(0)",
                                 now=True), colours=ANY_IS_BAD))
        .with_panel(number("死信", "无法理解而被搁置的事件。", "suffix: 条",
                           query("sum(max by (service) (civil_dead_letters)) or vector(0)", now=True),
                           colours=ANY_IS_BAD))
        .with_panel(number("数据差异", "监测服务与来源服务版本不一致的对象数，应为零。", "suffix: 个",
                           query("sum(max by (source, noun) (civil_digest_differences)) or vector(0)", now=True),
                           colours=ANY_IS_BAD))
        .with_panel(number("消费滞后", "已在事件流中而尚未计入指标的事件。", "suffix: 条",
                           query("max(civil_consumer_lag_events) or vector(0)", now=True),
                           colours=steps((None, GREEN), (1000, RED))))
        .with_panel(lines("待发事件", "已提交而未获消息系统确认的事件数。", "suffix: 条",
                          per_service("civil_outbox_unsent_events")))
        .with_panel(lines("最早待发事件的等待时间", "超过 60 秒报警；业务写入不受影响。", "s",
                          per_service("civil_outbox_oldest_unsent_seconds")))
        .with_panel(lines("发送速率", "每秒获确认的事件，重复发送单列。", "eps",
                          query(sent, "{{service}} 重复={{duplicate}}")))
        .with_panel(lines("消费速率", "每秒读取的事件，按结果：applied 为已计入，dead 为搁置。", "eps",
                          query("sum by (service, outcome) (rate(civil_events_consumed_total[$__rate_interval]))",
                                "{{service}} {{outcome}}")))
        .with_panel(number("沉默的来源", "昨日事件远少于往常的来源与种类数。", "suffix: 个",
                           query("count(source:civil_source_silent:max == 1) or vector(0)", now=True),
                           colours=ANY_IS_BAD, span=12))
        .with_panel(number("不一致的单元", "与重新计算结果不同的指标单元数，必须为零。", "suffix: 个",
                           query("max(civil_cell_differences) or vector(0)", now=True),
                           colours=ANY_IS_BAD, span=12))
        .with_panel(lines("未入链的审计记录", "已写入而尚未进入哈希链的审计记录；持续增加时报警。", "suffix: 条",
                          per_service("civil_audit_unsealed_entries")))
        .with_panel(lines("后台任务失败", "十分钟内失败并重启的后台任务次数。", "suffix: 次",
                          query(f"sum by (service, task) (increase(civil_worker_task_failures_total{{{mine}}}[10m]))",
                                "{{service}} {{task}}")))
    )  # fmt: skip


@dataclass
class SqlQuery(variants.Dataquery):
    """One query of the PostgreSQL data source."""

    sql: str
    shape: str = "time_series"
    ref: str = "A"

    def to_json(self) -> dict[str, object]:
        """As Grafana stores it."""
        return {
            "datasource": HISTORY, "refId": self.ref, "format": self.shape, "rawQuery": True, "editorMode": "code",
            "rawSql": self.sql,
        }  # fmt: skip


class AskedInSql(builder.Builder[variants.Dataquery]):
    """Gives a panel its query."""

    def __init__(self, sql: str, shape: str = "time_series") -> None:
        self._query = SqlQuery(sql, shape)

    def build(self) -> variants.Dataquery:
        """The query."""
        return self._query


def measure_choice() -> dashboard.QueryVariable:
    """The measures there are."""
    return (
        dashboard.QueryVariable("measure")
        .label("度量")
        .datasource(HISTORY)
        .query("SELECT DISTINCT measure FROM reading.city_total ORDER BY 1")
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .multi(False)
        .include_all(False)
    )


def history() -> dashboard.Dashboard:
    """Totals as far back as the plan goes, from the views in PostgreSQL."""
    chosen = "measure = '$measure'"
    recent = f"{chosen} AND day BETWEEN $__timeFrom()::date AND $__timeTo()::date"
    city = described(
        timeseries.Panel(),
        "全市累计值",
        "所选度量的全市累计值，按业务日；可看到 Prometheus 保存期以前。",
        "none",
        24,
        9,
    )
    city.with_target(
        AskedInSql(
            """SELECT day::timestamp AT TIME ZONE 'Asia/Shanghai' AS "time", total AS "全市" FROM reading.city_total """
            f"WHERE {recent} ORDER BY 1"
        )
    )
    latest = described(
        table.Panel().mappings(district_names()),
        "各区县最新累计值",
        "所选度量在各区县的最新累计值与所属业务日。",
        "none",
        12,
        12,
    )
    latest.with_target(
        AskedInSql(
            'SELECT DISTINCT ON (district) district AS "区县", total AS "累计值", day AS "业务日" '
            f"FROM reading.district_total WHERE {chosen} ORDER BY district, day DESC",
            "table",
        )
    )
    late = described(
        table.Panel().mappings(district_names()),
        "事后变动",
        "记录日晚于业务日的变动：补报、更正与撤销，最近一百条。",
        "none",
        12,
        12,
    )
    late.with_target(
        AskedInSql(
            'SELECT recorded_on AS "记录日", district AS "区县", days_changed AS "涉及天数", moved AS "变动量" '
            f"FROM reading.late_change WHERE {chosen} ORDER BY recorded_on DESC LIMIT 100",
            "table",
        )
    )
    sources = described(
        table.Panel(), "数据来源", "监测服务持有的对象数，按来源与种类，以及最近一次事件。", "none", 24, 8
    )
    sources.with_target(
        AskedInSql(
            'SELECT source AS "来源", noun AS "种类", entities AS "对象数", last_seen AS "最近事件" '
            "FROM reading.source ORDER BY 1, 2",
            "table",
        )
    )
    found = board(
        "yumin-history", "历史数据", "自规划期初以来各度量的累计值、事后变动与来源，取自只读的 PostgreSQL 视图。"
    )
    found.time("now-6y", "now").refresh("5m").with_variable(measure_choice())
    for panel in (city, latest, late, sources):
        found.with_panel(panel.datasource(HISTORY))
    return found


DASHBOARDS = {
    "plan-overview.json": plan_overview,
    "indicator-by-district.json": indicator_by_district,
    "service-red.json": service_red,
    "pipeline-health.json": pipeline_health,
    "history.json": history,
}


def rendered() -> dict[str, str]:
    """Every dashboard as the text of its file."""
    return {
        name: json.dumps(json.loads(JSONEncoder(sort_keys=True).encode(make().build())), ensure_ascii=False, indent=1)
        + "\n"
        for name, make in DASHBOARDS.items()
    }


def config_maps() -> str:
    """The dashboards for Kubernetes, where the side-car of Grafana's chart finds them by their label."""
    maps = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"dashboard-{Path(name).stem}", "labels": {"grafana_dashboard": "1"}},
            "data": {name: text},
        }
        for name, text in rendered().items()
    ]
    return NOTE + "---\n".join(yaml.safe_dump(each, allow_unicode=True, sort_keys=False, width=1000) for each in maps)


if __name__ == "__main__":
    CONFIG_MAPS.write_text(config_maps(), encoding="utf-8")
    for file_name, text in rendered().items():
        (TARGET / file_name).write_text(text, encoding="utf-8")
