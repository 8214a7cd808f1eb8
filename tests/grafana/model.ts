// What a dashboard is as JSON, by the types of Grafana's own models.
import type { DataQuery, Dashboard, Panel, RowPanel } from "@grafana/schema";
import type {
    CloudWatchLogsQuery,
    CloudWatchMetricsQuery,
} from "@grafana/schema/dist/esm/raw/composable/cloudwatch/dataquery/x/CloudWatchDataQuery_types.gen";
import type { Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type {
    FieldConfig as GraphFieldConfig,
    Options as GraphOptions,
} from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** In JSON, an enumeration is the text or the number that stands for it. */
type Plain<T> = T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends (infer One)[]
        ? Plain<One>[]
        : T extends object
          ? { [Name in keyof T]: Plain<T[Name]> }
          : T;

/** The package has no types for Prometheus: these are those of its data source, as far as they are used. */
export interface PrometheusTarget extends DataQuery {
    editorMode: "code";
    exemplar: boolean;
    expr: string;
    format?: "table" | "time_series";
    instant: boolean;
    legendFormat: string;
    range: boolean;
}

export type CloudWatchTarget = CloudWatchLogsQuery | CloudWatchMetricsQuery;

/** A panel of this kind, with its options; what Grafana fills in itself can be left out. */
type Told<T, Kind extends string, Options> = Omit<T, "type" | "options"> & { type: Kind; options: Options };
type Legend = Pick<GraphOptions["legend"], "displayMode" | "placement" | "showLegend" | "calcs">;
type Graph = Told<
    Panel<Record<string, unknown>, GraphFieldConfig>,
    "timeseries",
    Omit<GraphOptions, "legend"> & { legend: Legend }
>;
type Table = Told<Panel, "table", Omit<TableOptions, "frameIndex">>;

type Shown<Target> = (Plain<Graph> | Plain<Table>) & { targets: Plain<Target>[] };
type Row<Target> = Plain<Omit<RowPanel, "panels">> & { panels: Shown<Target>[] };

export type Made<Target> = Plain<Omit<Dashboard, "panels">> & { panels: (Shown<Target> | Row<Target>)[] };
