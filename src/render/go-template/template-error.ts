/** What Go's text/template says of a template that it cannot parse or execute, in its words. */
export class TemplateError extends Error {}
