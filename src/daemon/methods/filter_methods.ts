/**
 * The service's methods about filters of telemetry.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { FiltersReport } from "../../control/service/filters.ts";
import type { Filters } from "../filters/filters.ts";

export class FilterMethods {
  constructor(readonly filters: Filters) {}

  list(): FiltersReport {
    return { filters: this.filters.list() };
  }

  async add({ name, kind, content }: Params<"addFilter">): Promise<FiltersReport> {
    await this.filters.add(name, kind, content);
    return this.list();
  }

  async remove({ name }: Params<"removeFilter">): Promise<FiltersReport> {
    await this.filters.remove(name);
    return this.list();
  }
}
