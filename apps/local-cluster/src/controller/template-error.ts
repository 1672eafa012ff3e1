/** What a workflow says cannot be carried out. The message is shown to whoever wrote it. */
export class TemplateError extends Error {}
