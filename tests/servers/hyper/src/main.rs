//! Tells how hyper reads a request: its path as `Uri::path` gives it, its method, its headers.

use std::convert::Infallible;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let port = std::env::args().nth(1).ok_or("a port is missing")?.parse::<u16>()?;
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(serve(port))
}

async fn serve(port: u16) -> Result<(), Failure> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(told));
        // A request that hyper refuses is answered by hyper; there is nothing else to do about it.
        let _refused = served.await;
    }
}

async fn told(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path();
    let route = if path == "/admin" || path.starts_with("/admin/") { "admin" } else { "open" };
    let mut body = format!("{route}~~{path}~~{}~~", request.method()).into_bytes();
    for (name, value) in request.headers() {
        body.extend_from_slice(name.as_str().as_bytes());
        body.push(b'=');
        body.extend_from_slice(value.as_bytes());
        body.push(b'\n');
    }
    Ok(Response::new(Full::new(Bytes::from(body))))
}
