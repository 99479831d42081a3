/** What a plugin declares a counter or a gauge by. */
export interface MetricDeclaration<Label extends string = never> {
  /**
   * Its own part of the name, in lower-case snake case: `calls_total` of the plugin `no-latest` is
   * scraped as `gatewright_no_latest_calls_total`. A counter's ends in `_total`, by custom.
   */
  name: string;
  /** One line for whoever reads the metrics. */
  help: string;
  /**
   * Names of its labels. `webhook` is added by the server.
   * @default none
   */
  labelNames?: readonly Label[];
}

/** Nothing for a metric without labels, else a value for each of them. */
export type MetricLabels<Label extends string> = [Label] extends [never]
  ? []
  : [labels: Readonly<Record<Label, string | number>>];

/** A number that only grows. It may be used at any time, also after the plugin was closed. */
export interface PluginCounter<Label extends string = never> {
  /**
   * `add()`, `add(amount)`; with labels `add({ code }, amount)`. `amount` is 1 unless it is said.
   *
   * @throws GatewrightError `GW_BAD_METRIC` for an amount that is not finite or is below 0, and for a
   *   label that is missing or was not declared.
   */
  add(...given: [...labels: MetricLabels<Label>, amount?: number]): void;
}

/** A number that goes up and down. It may be used at any time, also after the plugin was closed. */
export interface PluginGauge<Label extends string = never> {
  /**
   * `set(value)`; with labels `set({ member }, value)`.
   *
   * @throws GatewrightError `GW_BAD_METRIC` for a value that is not finite, and for a label that is
   *   missing or was not declared.
   */
  set(...given: [...labels: MetricLabels<Label>, value: number]): void;
  /**
   * `remove()`; with labels `remove({ member })`: it is scraped no more, until it is set again.
   *
   * @throws GatewrightError `GW_BAD_METRIC` for a label that is missing or was not declared.
   */
  remove(...labels: MetricLabels<Label>): void;
}

/**
 * A plugin's own numbers on the server's `/metrics`. Declare them in `setup`. A plugin that is listed in
 * several webhooks has one family of each name, and the label `webhook` tells its series apart.
 *
 * A family keeps 1,000 series at most: further ones are left out, which is logged once.
 */
export interface PluginMetrics {
  /**
   * Without labels it is 0 from now on; with labels from the first `add` of each.
   *
   * @throws GatewrightError `GW_BAD_METRIC` for a name that cannot be used, or one that is declared
   *   already and otherwise.
   */
  counter<Label extends string = never>(
    declaration: MetricDeclaration<Label>,
  ): PluginCounter<Label>;
  /**
   * Scraped from its first `set` on.
   *
   * @throws GatewrightError `GW_BAD_METRIC` for a name that cannot be used, or one that is declared
   *   already and otherwise.
   */
  gauge<Label extends string = never>(declaration: MetricDeclaration<Label>): PluginGauge<Label>;
}

/** All series of one name, as they are now. */
export interface MetricFamily {
  /** In full: `gatewright_no_latest_calls_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** At most 1,000, in the order in which they came up; `webhook` is the first label. */
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}
