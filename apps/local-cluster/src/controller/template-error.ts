/** What a workflow says cannot be carried out. The message is shown to whoever wrote it. */
export class TemplateError extends Error {}

/** What validation finds before anything runs: Argo fails such a workflow, while one whose template is not there is an error. */
export class InvalidSpec extends TemplateError {
  constructor(cause: TemplateError) {
    super(cause.message.startsWith('invalid spec: ') ? cause.message : `invalid spec: ${cause.message}`);
  }
}
