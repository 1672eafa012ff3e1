import { Devices, claimsOfStep, devicesAskedBy, requestsByName, type DeviceObjects } from '@stead/platform/capacity';
import {
  CollectionCache,
  type ClusterClient,
  type DeviceClass,
  type DeviceRequest,
  type OptionalHandlers,
  type OptionalWatch,
  type Pod,
  type PodResourceClaim,
  type ResourceClaim,
  type ResourceClaimTemplate,
  type ResourceSlice,
  type WorkflowTemplate,
} from '@stead/platform/kube';
import type { MetadataObject } from '@stead/platform/kube';

interface Events {
  onChange(): void;
  onError(error: Error): void;
}

/** Devices that pods of a cluster claim, where it knows such: drivers publish them, claims hold them, classes and templates say which. */
export class DeviceWatches {
  private readonly slices: CollectionCache<ResourceSlice>;
  private readonly claims: CollectionCache<ResourceClaim>;
  private readonly templates: CollectionCache<ResourceClaimTemplate>;
  private readonly classes: CollectionCache<DeviceClass>;
  private watches: OptionalWatch[] = [];

  constructor(
    private readonly api: ClusterClient,
    private readonly events: Events,
  ) {
    const onChange = (): void => events.onChange();
    this.slices = new CollectionCache(onChange);
    this.claims = new CollectionCache(onChange);
    this.templates = new CollectionCache(onChange);
    this.classes = new CollectionCache(onChange);
  }

  start(): void {
    const { api } = this;
    this.watches = [
      api.watchResourceSlices(this.into(this.slices)),
      api.watchResourceClaims(this.into(this.claims)),
      api.watchResourceClaimTemplates(this.into(this.templates)),
      api.watchDeviceClasses(this.into(this.classes)),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.stop()));
  }

  get missing(): string[] {
    return this.watches.flatMap(({ presence }) => (presence.state === 'forbidden' ? [presence.missing] : []));
  }

  /** The devices that matter to these pods and pipelines. */
  count(pods: readonly Pod[], templates: readonly WorkflowTemplate[]): Devices {
    const objects = this.objects();
    const byTemplates = templates.flatMap((template) =>
      template.spec.templates.flatMap((step) => this.requests(claimsOfStep(step, template), objects)),
    );
    return new Devices(objects, [...byTemplates, ...devicesAskedBy(pods, objects)]);
  }

  /** What the pod of a step is going to ask for. */
  requests(claims: readonly PodResourceClaim[], objects: DeviceObjects = this.objects()): DeviceRequest[] {
    return requestsByName(claims, this.api.namespace, objects);
  }

  private objects(): DeviceObjects {
    const [slices, claims, templates, classes] = [this.slices, this.claims, this.templates, this.classes];
    return { slices: slices.values(), claims: claims.values(), templates: templates.values(), classes: classes.values() };
  }

  private into<T extends MetadataObject>(cache: CollectionCache<T>): OptionalHandlers<T> {
    return {
      onList: (items) => cache.replace(items),
      onEvent: (type, item) => cache.apply(type, item),
      onError: (error) => this.events.onError(error),
    };
  }
}
