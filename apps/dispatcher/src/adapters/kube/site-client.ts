import { ClusterClient, type ClusterClientOptions, type Workflow, type WorkflowManifest } from '@stead/platform/kube';

/** A client that tells what its submissions came to: only a real one shows whether the cluster still stores anything. */
export class SiteClient extends ClusterClient {
  constructor(
    options: ClusterClientOptions,
    /** Null when it was taken. */
    private readonly onSubmitted: (error: unknown) => void,
  ) {
    super(options);
  }

  override async createWorkflow(manifest: WorkflowManifest): Promise<Workflow> {
    try {
      const workflow = await super.createWorkflow(manifest);
      this.onSubmitted(null);
      return workflow;
    } catch (error) {
      this.onSubmitted(error);
      throw error;
    }
  }
}
