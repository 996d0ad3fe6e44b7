// Answers that say no, in the form in which Clerk's APIs say it.

/** An error as the Backend API and the Frontend API answer it. */
export function failure(status, code, message) {
  const errors = [{ code, message, long_message: message, meta: {} }];
  return { status, json: { errors, clerk_trace_id: "standin" } };
}

/** Clerk's 404: the thing is not there, or it is not the caller's. */
export function notFound(message) {
  return failure(404, "resource_not_found", message);
}

/** A request to the Frontend API with a parameter that cannot be used. */
export function refused(message) {
  return { status: 400, json: { errors: [{ code: "form_param_invalid", message }] } };
}
