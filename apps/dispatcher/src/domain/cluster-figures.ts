/** What operators may set of a cluster, whether it was registered or stands in the configuration. */
export interface ClusterFigures {
  /** In whatever currency all clusters are priced in. */
  pricePerGpuHour: number;
  /** Runs at a time for which an autoscaler may add nodes. */
  elasticSlots: number;
  /** How long such a node takes, for as long as none has been seen. */
  bootSeconds: number;
}

/** Null: as configured. */
export type FiguresSet = { readonly [Key in keyof ClusterFigures]: ClusterFigures[Key] | null };

export const AS_CONFIGURED: FiguresSet = { pricePerGpuHour: null, elasticSlots: null, bootSeconds: null };

export function figuresOf({ pricePerGpuHour, elasticSlots, bootSeconds }: ClusterFigures): ClusterFigures {
  return { pricePerGpuHour, elasticSlots, bootSeconds };
}

/** What holds of a cluster of the configuration. */
export function figuresInForce(configured: ClusterFigures, set: FiguresSet = AS_CONFIGURED): ClusterFigures {
  return {
    pricePerGpuHour: set.pricePerGpuHour ?? configured.pricePerGpuHour,
    elasticSlots: set.elasticSlots ?? configured.elasticSlots,
    bootSeconds: set.bootSeconds ?? configured.bootSeconds,
  };
}
