import { isAbsolute } from "node:path";
import type { Check, Remark } from "../remark.ts";

/** Whether the image can have the plugins. */
export const checkPlugins: Check = ({ webhooks }) => {
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  for (const [name, { plugins }] of Object.entries(webhooks)) {
    for (const [index, { plugin }] of plugins.entries()) {
      const at = `/webhooks/${name}/plugins/${index}/plugin`;
      if (/^\.{1,2}(?:\/|$)/.test(plugin)) {
        const message =
          "is a file beside this one, which in a pod has no files beside it: make it a package of the image, and name that";
        errors.push({ at, message });
      } else if (isAbsolute(plugin) || plugin.startsWith("file:")) {
        warnings.push({ at, message: "has to be at this very place in the image, too" });
      }
    }
  }
  return { errors, warnings };
};
