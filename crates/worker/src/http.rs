//! The same with the request and response of the crate `http`, for axum and other routers.

use worker::{Body, Context, Env, HttpRequest, Request, Response, Result};

use crate::{Auth, Gate};

/// A response of the crate `http`.
type HttpResponse = http::Response<Body>;

impl Gate {
    /// [`Gate::handle`] with [`HttpRequest`].
    ///
    /// # Errors
    /// As [`Gate::handle`].
    pub async fn handle_http<F>(
        &self,
        request: HttpRequest,
        env: &Env,
        ctx: &Context,
        handler: F,
    ) -> Result<HttpResponse>
    where
        F: AsyncFnOnce(HttpRequest, Auth) -> Result<HttpResponse>,
    {
        let request = Request::try_from(request)?;
        let response = self.handle(request, env, ctx, async |request: Request, auth| {
            Response::try_from(handler(HttpRequest::try_from(request)?, auth).await?)
        });
        response.await?.try_into()
    }

    /// [`Gate::forward`] with [`HttpRequest`].
    ///
    /// # Errors
    /// As [`Gate::forward`].
    pub async fn forward_http(
        &self,
        request: HttpRequest,
        env: &Env,
        ctx: &Context,
    ) -> Result<HttpResponse> {
        self.forward(Request::try_from(request)?, env, ctx).await?.try_into()
    }
}
