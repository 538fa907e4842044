//! Connections: how many at once, how long a slow one may take, and how all end. A client that sends its headers slowly, reads
//! slowly or goes away without a word holds nobody up. It knows nothing of what is answered.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// Connections at once; more wait until one ends.
const MOST_CONNECTIONS: usize = 1024;

/// How long a request's headers may take, and a connection without a request.
const LONGEST_HEADERS: Duration = Duration::from_secs(15);

/// How long a client may take nothing of an answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long answers that were begun may take when the server is asked to stop.
const LONGEST_END: Duration = Duration::from_secs(10);

/// Answers connections until `stop` is done.
///
/// # Errors
/// If no connection can be accepted any longer.
pub async fn listen(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let ends = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.map_err(io::Error::other)?,
            () = &mut stop => break,
        };
        let (stream, from) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Of one connection, or because too many files are open: others go on, and a moment later there is room.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Small answers are sent at once. If it cannot be set, they are only later.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(LONGEST_PAUSE));
        let router = router.clone();
        let answer = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
            let mut request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(ConnectInfo(from));
            router.clone().oneshot(request)
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(LONGEST_HEADERS)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(Box::pin(stream)), answer);
        let connection = ends.watch(connection);
        tokio::spawn(async move {
            // A connection that broke is the client's business.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LONGEST_END, ends.shutdown()).await;
    Ok(())
}
