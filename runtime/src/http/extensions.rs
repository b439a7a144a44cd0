//! The caller in what belongs to a request: the inline check works on each of these.

use http::{Extensions, Request, request::Parts};

use crate::{AsCaller, Caller};

impl AsCaller for Extensions {
    fn as_caller(&self) -> Option<&Caller> {
        self.get()
    }
}

impl AsCaller for Parts {
    fn as_caller(&self) -> Option<&Caller> {
        self.extensions.as_caller()
    }
}

impl<B> AsCaller for Request<B> {
    fn as_caller(&self) -> Option<&Caller> {
        self.extensions().as_caller()
    }
}
